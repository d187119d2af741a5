import { IamGroupPolicyAttachment } from "@cdktf/provider-aws/lib/iam-group-policy-attachment";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import type { Construct } from "constructs";
import { z } from "zod";
import { isOfAccount } from "../aws/arn";
import { customerManagedPolicyArn } from "../aws/partitions";
import { inKeyOrder, POLICY_SIZE } from "../aws/policy-document";
import { errorAt, type FieldError } from "../input/issues";
import {
  GROUP_NAME,
  IAM_PATH_RULES,
  KMS_KEY_ARN,
  LABEL,
  NOT_RESERVED_ROLE,
  POLICY_NAME,
  ROLE_NAME,
  type RuleParams,
  USER_NAME,
} from "../input/rules";
import { names, optionalText, tags, text } from "../input/schemas";
import { forEach, LiteralBlock, literalResource } from "../terraform/blocks";
import { code, expression, hcl, IDENTITY } from "../terraform/hcl";
import { POLICY_TOO_LONG } from "./attachments";
import type { AttachedPolicy, Feature, GrantedPolicy, Notice, RoleContext } from "./feature";
import { foreignKeys, keysOfPartition } from "./own-partition";
import { ACCESS_LEVELS, USER_ACCESS_DOCUMENTS, userAccessPolicy } from "./user-access-policy";

const NAME = "user_access" as const;
const PURPOSE = "Allows people to use Systems Manager on the machines";
const DESCRIPTION = "Permission of people to use Systems Manager on hybrid machines.";

const entries = z.record(
  text(LABEL),
  z
    .strictObject({
      level: z
        .enum(ACCESS_LEVELS)
        .describe(
          "read_only: lists and describes machines and commands, without the commands' output. operator: also runs commands on the machines, " +
            "reads their output, opens a shell with Session Manager (on machines outside AWS only in the advanced-instances tier), and " +
            "resumes and ends its own sessions. A shell has the machine's " +
            "credentials: with AmazonSSMManagedInstanceCore they can read every SSM parameter of the account. administrator: also creates " +
            "activations for this role, and changes and removes the machines' registrations.",
        ),
      groups: names(GROUP_NAME).describe("Names of IAM groups that get the policy. Default: none."),
      roles: names(ROLE_NAME, NOT_RESERVED_ROLE).describe("Names of IAM roles that get the policy. Default: none."),
      users: names(USER_NAME).describe("Names of IAM users that get the policy. Default: none."),
      node_tags: tags()
        .optional()
        .describe(
          "Required for operator: limits access to machines that have all of these tags; {} means all machines of the " +
            "account. Other levels have no tags. With tags, the operator cannot cancel commands or read their output with the SSM API: AWS cannot limit " +
            "ssm:GetCommandInvocation, ssm:ListCommandInvocations and ssm:CancelCommand to some machines. Send the output to S3 or " +
            "CloudWatch Logs instead.",
        ),
      kms_key_arn: text(KMS_KEY_ARN)
        .optional()
        .describe(
          "ARN of the KMS key that encrypts the sessions, as set in Session Manager's preferences. The policy allows its use for sessions on " +
            "machines outside AWS. Default: none.",
        ),
      name: optionalText(
        "Name of the policy. A permission set of IAM Identity Center references a customer managed policy by its name and path, which must " +
          "be the same in every account that the set is assigned in: set it if role.name differs between accounts. Another name creates " +
          "another policy. Default: <role name>-user-access-<label>.",
        POLICY_NAME,
      ),
      path: optionalText(
        "IAM path of the policy; begins and ends with /. For IAM Identity Center, it must be the same in every account. Default: role.path.",
        ...IAM_PATH_RULES,
      ),
    })
    .refine((e) => e.level !== "operator" || e.node_tags !== undefined, {
      error: "must have node_tags, the tags of the operator's machines",
      params: {
        code: "node_tags_missing",
        terraform: (e) => `${e}.level != "operator" || ${e}.node_tags != null`,
        fix: 'Write, for example, node_tags: { Line: "1" }, or node_tags: {} for all machines of the account.',
      } satisfies RuleParams,
    })
    .refine((e) => e.level === "operator" || Object.keys(e.node_tags ?? {}).length === 0, {
      error: "must have node_tags only with the level operator",
      params: {
        code: "node_tags",
        terraform: (e) => `${e}.level == "operator" || length(coalesce(${e}.node_tags, {})) == 0`,
        fix: "Remove node_tags. An administrator can tag machines, and AWS cannot limit the lists that read_only allows to some machines.",
      } satisfies RuleParams,
    })
    .refine((e) => e.level !== "read_only" || e.kms_key_arn === undefined, {
      error: "must not have kms_key_arn with the level read_only",
      params: {
        code: "user_access",
        terraform: (e) => `${e}.level != "read_only" || ${e}.kms_key_arn == null`,
        fix: "Remove kms_key_arn. The level read_only cannot start sessions.",
      } satisfies RuleParams,
    }),
);

type Entries = z.output<typeof entries>;
export type UserAccessEntry = Entries[string];

const LOCALS = {
  ssm_of_account: hcl`"arn:\${local.partition}:ssm:*:\${local.account_id}"`,
  role_arn: hcl`"arn:\${local.partition}:iam::\${local.account_id}:role\${local.path}\${local.role_name}"`,
  run_command_buckets: hcl`[for e in values(var.s3_buckets) : "arn:\${local.partition}:s3:::\${e.bucket}" if e.purpose == "run_command"]`,
  user_access_names: hcl`{ for k, e in var.user_access : k => coalesce(e.name, "\${local.role_name}-user-access-\${k}") }`,
  user_access_documents: USER_ACCESS_DOCUMENTS,
};

const POLICY_NAME_OF_EACH = `local.${NAME}_names[each.key]`;

/** Maximum length of a managed policy's name. */
const MAX_NAME_LENGTH = 128;

const RULES = {
  nameTooLong: `must result in a policy name of at most ${MAX_NAME_LENGTH} characters, <role name>-user-access-<label>`,
  duplicateName:
    "must result in a policy name that differs from the other policies of the role and of the entries: IAM ignores case and path",
  itself: "must not contain the service role itself: the machines would get the permissions of people",
};

/**
 * Permissions that people need to call the Systems Manager API. AWS's procedure leaves them to its reader.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/security-iam.html
 */
export const userAccess = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}: one policy for each entry, attached to its groups, roles and users. Key: a label of your choice. Off when empty.`,
  title: "User access",
  resources: [
    "aws_iam_policy",
    "aws_iam_group_policy_attachment",
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
  ],
  actions: {
    "iam:PassRole": "pass the role to a service",
    "ssm:CreateActivation": "register machines (create activations)",
    "ssm:DeleteActivation": "delete activations",
    "ssm:DeregisterManagedInstance": "deregister machines",
    "ssm:ListTagsForResource": "list tags",
    "ssm:SendCommand": "run commands",
    "ssm:StartSession": "start sessions",
    "ssm:UpdateManagedInstanceRole": "change a machine's role",
    "ssmmessages:OpenDataChannel": "open the data channel of a session",
  },
  grants,
  check,
  notices,
  build(scope, context) {
    for (const [name, value] of Object.entries(LOCALS)) new LiteralBlock(scope, "locals", name, expression(value));
    const policy = new IamPolicy(scope, `policy_${NAME}`, {
      name: expression(POLICY_NAME_OF_EACH),
      path: expression("coalesce(each.value.path, local.path)"),
      description: DESCRIPTION,
      policy: expression(`local.${NAME}_documents[each.key]`),
      forEach: forEach(code(`var.${NAME}`)),
      lifecycle: { precondition: preconditions() },
    });
    policy.addOverride("depends_on", [IDENTITY]);
    literalResource(policy, NAME, context.tags);
    attachToPeople(scope);
    return {
      outputs: {
        user_access_policy_arns: {
          value: expression(`{ for k, policy in aws_iam_policy.${NAME} : k => policy.arn }`),
          description: "ARN of each policy of user_access, by label, for example for a permission set.",
        },
      },
    };
  },
} satisfies Feature<typeof entries>;

function notices(map: Entries): Notice[] {
  const operators = Object.values(map).filter(({ level }) => level !== "read_only");
  const anywhere = operators.filter(({ node_tags }) => Object.keys(node_tags ?? {}).length === 0);
  return [
    ...(anywhere.length > 0
      ? [{ code: "every-machine", text: "People can run commands and open a shell on every machine of the account." }]
      : []),
    ...(operators.length > 0
      ? [
          {
            code: "machine-credentials",
            text: "Anyone who runs commands or opens a shell on a machine has the machine's credentials: all permissions of the service role.",
          },
          {
            code: "advanced-tier",
            text:
              "Session Manager on machines outside AWS requires the advanced-instances tier, and so do more than 1,000 of them in a region. " +
              "The tier costs money. instance_tier turns it on.",
          },
        ]
      : []),
  ];
}

function grants(map: Entries, role: RoleContext): GrantedPolicy[] {
  const scope = {
    ...role,
    roleArn: `arn:${role.partition}:iam::${role.accountId}:role${role.path}${role.name}`,
    outputBuckets: inKeyOrder(role.s3_buckets)
      .filter(([, { purpose }]) => purpose === "run_command")
      .map(([, { bucket }]) => bucket),
  };
  return Object.entries(map).map(([key, entry]) => ({
    field: [NAME, key],
    arn: customerManagedPolicyArn(role, entry.path ?? role.path, policyName(role, key, entry)),
    document: userAccessPolicy(scope, entry),
    description: DESCRIPTION,
    level: entry.level,
    groups: entry.groups,
    roles: entry.roles,
    users: entry.users,
  }));
}

function policyName(role: RoleContext, key: string, { name }: UserAccessEntry): string {
  return name ?? `${role.name}-user-access-${key}`;
}

function check(map: Entries, role: RoleContext, attached: readonly AttachedPolicy[]): FieldError[] {
  const errors = foreignKeys(NAME, map, role);
  const taken = new Set(
    attached.flatMap(({ arn }) => (isOfAccount(arn, role) ? arn.slice(arn.lastIndexOf("/") + 1).toLowerCase() : [])),
  );
  for (const [key, entry] of Object.entries(map)) {
    const { roles } = entry;
    const add = (path: readonly string[], code: string, value: unknown, rule: string, fix: string) =>
      errors.push({ ...errorAt(path, { code, value, rule: `${rule}.`, fix }), inKey: path.length === 2 });
    const name = policyName(role, key, entry);
    const where = entry.name === undefined ? [NAME, key] : [NAME, key, "name"];
    if (name.length > MAX_NAME_LENGTH)
      add(
        where,
        "policy_name",
        key,
        `${RULES.nameTooLong}; this one has ${name.length}`,
        "Shorten the label, or set name.",
      );
    if (taken.has(name.toLowerCase()))
      add(where, "policy_name", where.at(-1) === key ? key : name, RULES.duplicateName, "Rename one of the two.");
    taken.add(name.toLowerCase());
    const itself = roles.findIndex((name) => name.toLowerCase() === role.name.toLowerCase());
    if (itself >= 0)
      add(
        [NAME, key, "roles", String(itself)],
        "service_role",
        roles[itself],
        RULES.itself,
        "Specify a role that people use.",
      );
  }
  return errors;
}

/** Expression for the names of the account's own policies that the service role gets. */
const NAMES_ATTACHED =
  '[for arn in values(local.attached_policies) : reverse(split("/", arn))[0] ' +
  'if startswith(arn, "arn:${local.partition}:iam::${local.account_id}:")]';

function preconditions() {
  return [
    {
      condition: expression(`length(local.${NAME}_documents[each.key]) <= ${POLICY_SIZE.managed}`),
      errorMessage: `${NAME}: ${POLICY_TOO_LONG}: \${each.key}.`,
    },
    {
      condition: expression(`length(${POLICY_NAME_OF_EACH}) <= ${MAX_NAME_LENGTH}`),
      errorMessage: `${NAME}: ${RULES.nameTooLong}: \${each.key}.`,
    },
    {
      condition: expression(
        `length([for name in concat(values(local.${NAME}_names), ${NAMES_ATTACHED}) : name if lower(name) == lower(${POLICY_NAME_OF_EACH})]) == 1`,
      ),
      errorMessage: `${NAME}: ${RULES.duplicateName}: \${each.key}.`,
    },
    {
      condition: expression("!contains([for name in each.value.roles : lower(name)], lower(local.role_name))"),
      errorMessage: `${NAME}: ${RULES.itself}: \${each.key}.`,
    },
    keysOfPartition(NAME),
  ];
}

function attachToPeople(scope: Construct): void {
  const name = expression("each.value.name");
  const to = (kind: "groups" | "roles" | "users") => {
    const pairs = `[for k, e in var.${NAME} : { for name in e.${kind} : "\${k}/\${name}" => { label = k, name = name } }]`;
    return {
      policyArn: expression(`aws_iam_policy.${NAME}[each.value.label].arn`),
      forEach: forEach(code(`merge(${pairs}...)`)),
    };
  };
  for (const attachment of [
    new IamGroupPolicyAttachment(scope, `${NAME}_groups`, { group: name, ...to("groups") }),
    new IamRolePolicyAttachment(scope, `${NAME}_roles`, { role: name, ...to("roles") }),
    new IamUserPolicyAttachment(scope, `${NAME}_users`, { user: name, ...to("users") }),
  ])
    literalResource(attachment, NAME);
}
