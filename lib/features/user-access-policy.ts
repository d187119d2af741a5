import { serviceNames } from "../aws/partitions";
import { allowAs, type PolicyDocument, policyDocument, type Statement } from "../aws/policy-document";
import { code, type Hcl, hcl, serviceNamesOfPartition } from "../terraform/hcl";
import type { UserAccessEntry } from "./user-access";

/** Access levels for Systems Manager. Each level includes the one before it. */
export const ACCESS_LEVELS = ["read_only", "operator", "administrator"] as const;

/** Access that an entry grants. */
export type UserAccess = Pick<UserAccessEntry, "level" | "node_tags" | "kms_key_arn">;

/** Account, role, and buckets for the output of Run Command. */
export interface UserAccessScope {
  readonly partition: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly outputBuckets: readonly string[];
}

/**
 * Actions that list machines and what ran on them. `ssm:Get…` is not included: these actions return parameter values,
 * document contents and command output, as `ssm:ListCommandInvocations` does with `Details`. AWS supports no resource
 * narrower than `*`.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandPlugin.html
 */
const READ = [
  "ssm:DescribeActivations",
  "ssm:DescribeInstanceInformation",
  "ssm:DescribeInstanceProperties",
  "ssm:DescribeSessions",
  "ssm:ListAssociations",
  "ssm:ListCommands",
  "ssm:ListComplianceItems",
  "ssm:ListDocuments",
  "ssm:ListInventoryEntries",
  "ssm:ListResourceComplianceSummaries",
];

/**
 * Actions that describe a machine in the request. `node_tags` does not limit them, only actions on machines: the lists
 * above show all machines, and two of these actions do not support `ssm:resourceTag/…`.
 */
const READ_MACHINES = [
  "ssm:DescribeInstanceAssociationsStatus",
  "ssm:DescribeInstancePatchStates",
  "ssm:DescribeInstancePatches",
  "ssm:ListTagsForResource",
];

/**
 * Actions that read the output of commands and cancel commands. AWS supports no resource narrower than `*`, and no
 * machine tags.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
const FOLLOW = ["ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations"];

/** Actions that run commands and start sessions. */
const USE = ["ssm:GetConnectionStatus", "ssm:SendCommand", "ssm:StartSession"];

/** Actions that change a machine's registration. */
const MANAGE = [
  "ssm:AddTagsToResource",
  "ssm:DeregisterManagedInstance",
  "ssm:RemoveTagsFromResource",
  "ssm:UpdateManagedInstanceRole",
];

/** Condition key that makes starting a session require permission for its document. */
const DOCUMENT_CHECK = "ssm:SessionDocumentAccessCheck";

/** Session document with Session Manager's preferences. It opens a shell; others can tunnel to other machines. */
const SESSION_DOCUMENT = "SSM-SessionManagerRunShell";

/** ID of the caller in IAM: `AIDA…` for a user, `AROA…:<session name>` for an assumed role and for Identity Center. */
export const CALLER = `\${aws:userid}`;

/**
 * Tag that Session Manager sets on each session: the ID of the caller who started it. The session's own ID begins with
 * a name instead.
 */
export const OWNER = "ssm:resourceTag/aws:ssmmessages:session-id";

/** Condition key of the machine, which plugin and agent send to KMS in addition to the session's ID. */
export const TARGET = "kms:EncryptionContext:aws:ssm:TargetId";

/**
 * Returns the policy of a user for the machines outside AWS.
 * - `OwnSessions`: example 4, method 2 of
 *   https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html
 * - `OwnChannels`: the quick start,
 *   https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
 * - `NotChannelsOfOthers`: `${aws:userid}-*` of the session name `ann` also matches the sessions of `ann-b`.
 * - `EncryptSessions`: the encryption context that agent/session/crypto/blockcipher.go of aws/amazon-ssm-agent sends.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
 */
export function userAccessPolicy(scope: UserAccessScope, access: UserAccess): PolicyDocument {
  const rank = ACCESS_LEVELS.indexOf(access.level);
  return policyDocument([
    allowAs("Read", READ, "*"),
    allowAs("ReadMachines", READ_MACHINES, `arn:${scope.partition}:ssm:*:${scope.accountId}:managed-instance/*`),
    ...(rank >= 1 ? operatorStatements(scope, access) : []),
    ...(rank >= 2 ? administratorStatements(scope) : []),
  ]);
}

function operatorStatements(
  { partition, accountId, outputBuckets }: UserAccessScope,
  { node_tags, kms_key_arn: key }: UserAccess,
): Statement[] {
  const inAccount = `arn:${partition}:ssm:*:${accountId}`;
  const tags = Object.entries(node_tags ?? {}).map(([tag, value]) => [`ssm:resourceTag/${tag}`, value]);
  const buckets = outputBuckets.map((bucket) => `arn:${partition}:s3:::${bucket}`);
  // Documents of AWS and of the account, not documents shared by other accounts.
  const documents = [`arn:${partition}:ssm:*::document/*`, `${inAccount}:document/*`];
  return [
    allowAs("UseMachines", USE, `${inAccount}:managed-instance/*`, {
      BoolIfExists: { [DOCUMENT_CHECK]: "true" },
      ...(tags.length > 0 && { StringEquals: Object.fromEntries(tags) }),
    }),
    allowAs("RunDocuments", ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"], documents),
    allowAs("StartShell", "ssm:StartSession", `${inAccount}:document/${SESSION_DOCUMENT}`),
    allowAs("OwnSessions", ["ssm:ResumeSession", "ssm:TerminateSession"], `${inAccount}:session/*`, {
      StringLike: { [OWNER]: CALLER },
    }),
    allowAs("OwnChannels", "ssmmessages:OpenDataChannel", `${inAccount}:session/${CALLER}-*`),
    {
      Sid: "NotChannelsOfOthers",
      Effect: "Deny",
      Action: "ssmmessages:OpenDataChannel",
      Resource: `${inAccount}:session/${CALLER}-*-*`,
    },
    ...(tags.length === 0 ? [allowAs("Follow", FOLLOW, "*")] : []),
    ...(buckets.length > 0 ? [allowAs("OutputBuckets", "ssm:SendCommand", buckets)] : []),
    ...(key ? [allowAs("EncryptSessions", "kms:GenerateDataKey", key, { StringLike: { [TARGET]: "mi-*" } })] : []),
  ];
}

function administratorStatements({ partition, accountId, roleArn }: UserAccessScope): Statement[] {
  return [
    // Neither action supports resource-level permissions. The role, which sets a machine's permissions, is limited below.
    allowAs("Activate", ["ssm:CreateActivation", "ssm:DeleteActivation"], "*"),
    allowAs("ManageMachines", MANAGE, `arn:${partition}:ssm:*:${accountId}:managed-instance/*`),
    allowAs("UseThisRole", "ssm:UpdateManagedInstanceRole", roleArn),
    allowAs("PassThisRole", "iam:PassRole", roleArn, {
      StringEquals: { "iam:PassedToService": serviceNames(partition, "ssm") },
    }),
  ];
}

const NODE_TAGS = code("coalesce(e.node_tags, {})");

const OPERATOR_STATEMENTS = hcl`{
      Sid = "UseMachines", Effect = "Allow", Action = ${USE},
      Resource = "\${local.ssm_of_account}:managed-instance/*",
      Condition = merge(
        { BoolIfExists = { ${DOCUMENT_CHECK} = "true" } },
        { for test in ["StringEquals"] : test => { for tag, v in ${NODE_TAGS} : "ssm:resourceTag/\${tag}" => v } if length(${NODE_TAGS}) > 0 }
      )
    }, {
      Sid = "RunDocuments", Effect = "Allow", Action = ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
      Resource = ["arn:\${local.partition}:ssm:*::document/*", "\${local.ssm_of_account}:document/*"]
    }, {
      Sid = "StartShell", Effect = "Allow", Action = "ssm:StartSession",
      Resource = "\${local.ssm_of_account}:document/${code(SESSION_DOCUMENT)}"
    }, {
      Sid = "OwnSessions", Effect = "Allow", Action = ["ssm:ResumeSession", "ssm:TerminateSession"],
      Resource = "\${local.ssm_of_account}:session/*", Condition = { StringLike = { ${OWNER} = ${CALLER} } }
    }, {
      Sid = "OwnChannels", Effect = "Allow", Action = "ssmmessages:OpenDataChannel",
      Resource = "\${local.ssm_of_account}:session/$\${aws:userid}-*"
    }, {
      Sid = "NotChannelsOfOthers", Effect = "Deny", Action = "ssmmessages:OpenDataChannel",
      Resource = "\${local.ssm_of_account}:session/$\${aws:userid}-*-*"
    }`;

const ADMINISTRATOR_STATEMENTS = hcl`{ Sid = "Activate", Effect = "Allow", Action = ["ssm:CreateActivation", "ssm:DeleteActivation"], Resource = "*" }, {
      Sid = "ManageMachines", Effect = "Allow", Action = ${MANAGE},
      Resource = "\${local.ssm_of_account}:managed-instance/*"
    }, { Sid = "UseThisRole", Effect = "Allow", Action = "ssm:UpdateManagedInstanceRole", Resource = local.role_arn }, {
      Sid = "PassThisRole", Effect = "Allow", Action = "iam:PassRole", Resource = local.role_arn,
      Condition = { StringEquals = { "iam:PassedToService" = ${serviceNamesOfPartition("ssm")} } }
    }`;

/** {@link userAccessPolicy} of each entry of `local.user_access`: the trimmed variable, which a pipeline can set. */
export const USER_ACCESS_DOCUMENTS: Hcl = hcl`{ for k, e in local.user_access : k => jsonencode({
  Version = "2012-10-17",
  Statement = concat(
    [
      { Sid = "Read", Effect = "Allow", Action = ${READ}, Resource = "*" },
      { Sid = "ReadMachines", Effect = "Allow", Action = ${READ_MACHINES}, Resource = "\${local.ssm_of_account}:managed-instance/*" },
    ],
    [for s in [${OPERATOR_STATEMENTS}] : s if e.level != "read_only"],
    [for s in [{ Sid = "Follow", Effect = "Allow", Action = ${FOLLOW}, Resource = "*" }] :
      s if e.level != "read_only" && length(${NODE_TAGS}) == 0],
    [for s in [{ Sid = "OutputBuckets", Effect = "Allow", Action = "ssm:SendCommand", Resource = local.run_command_buckets }] :
      s if e.level != "read_only" && length(local.run_command_buckets) > 0],
    [for s in [{
      Sid = "EncryptSessions", Effect = "Allow", Action = "kms:GenerateDataKey", Resource = e.kms_key_arn,
      Condition = { StringLike = { ${TARGET} = "mi-*" } }
    }] : s if e.kms_key_arn != null],
    [for s in [${ADMINISTRATOR_STATEMENTS}] : s if e.level == "administrator"],
  )
}) }`;
