import { serviceNames } from "../aws/partitions";
import { allowAs, type PolicyDocument, policyDocument, type Statement } from "../aws/policy-document";
import { code, type Hcl, hcl, serviceNamesOfPartition } from "../terraform/hcl";
import { SESSION_CONTEXT } from "./log-groups-policy";
import type { UserAccessEntry } from "./user-access";

/** How much of Systems Manager a person may use; each level has all of the one before. */
export const ACCESS_LEVELS = ["read_only", "operator", "administrator"] as const;

/** What a person gets. */
export type UserAccess = Pick<UserAccessEntry, "level" | "node_tags" | "kms_key_arn">;

/** The account and the role, and the buckets that take the output of Run Command. */
export interface UserAccessScope {
  readonly partition: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly outputBuckets: readonly string[];
}

/**
 * Lists and describes machines and what ran on them. No `ssm:Get…`: those give out parameters' values, documents' contents and the
 * output of commands. Most take no narrower resource than all.
 */
const READ = [
  "ssm:DescribeActivations",
  "ssm:DescribeInstanceAssociationsStatus",
  "ssm:DescribeInstanceInformation",
  "ssm:DescribeInstancePatchStates",
  "ssm:DescribeInstancePatches",
  "ssm:DescribeInstanceProperties",
  "ssm:DescribeSessions",
  "ssm:ListAssociations",
  "ssm:ListCommandInvocations",
  "ssm:ListCommands",
  "ssm:ListComplianceItems",
  "ssm:ListDocuments",
  "ssm:ListInventoryEntries",
  "ssm:ListResourceComplianceSummaries",
  "ssm:ListTagsForResource",
];

/** Follows and cancels commands. AWS takes no narrower resource than all for them, but for the status of a connection. */
const FOLLOW = ["ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:GetConnectionStatus"];

/** Changes a machine's registration. */
const MANAGE = [
  "ssm:AddTagsToResource",
  "ssm:DeregisterManagedInstance",
  "ssm:RemoveTagsFromResource",
  "ssm:UpdateManagedInstanceRole",
];

/** Condition key without which a session may be started without a permission for its document. */
const DOCUMENT_CHECK = "ssm:SessionDocumentAccessCheck";

/** The session document that Session Manager keeps its preferences in: a shell, where others tunnel to other machines. */
const SESSION_DOCUMENT = "SSM-SessionManagerRunShell";

/** A person's own sessions, whose ids begin with the person's user id. */
export const OWN = `\${aws:userid}-*`;

/**
 * The permissions of a person on the machines outside AWS.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
 */
export function userAccessPolicy(scope: UserAccessScope, access: UserAccess): PolicyDocument {
  const rank = ACCESS_LEVELS.indexOf(access.level);
  return policyDocument([
    allowAs("Read", READ, "*"),
    ...(rank >= 1 ? operatorStatements(scope, access) : []),
    ...(rank >= 2 ? administratorStatements(scope) : []),
  ]);
}

function operatorStatements(
  { partition, accountId, outputBuckets }: UserAccessScope,
  { node_tags, kms_key_arn: key }: UserAccess,
): Statement[] {
  const inAccount = `arn:${partition}:ssm:*:${accountId}`;
  const tags = Object.entries(node_tags).map(([tag, value]) => [`ssm:resourceTag/${tag}`, value]);
  const buckets = outputBuckets.map((bucket) => `arn:${partition}:s3:::${bucket}`);
  // AWS's own documents and the account's, not those that other accounts share.
  const documents = [`arn:${partition}:ssm:*::document/*`, `${inAccount}:document/*`];
  const ownSessions = ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"];
  return [
    allowAs("UseMachines", ["ssm:SendCommand", "ssm:StartSession"], `${inAccount}:managed-instance/*`, {
      BoolIfExists: { [DOCUMENT_CHECK]: "true" },
      ...(tags.length > 0 && { StringEquals: Object.fromEntries(tags) }),
    }),
    allowAs("RunDocuments", ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"], documents),
    allowAs("StartShell", "ssm:StartSession", `${inAccount}:document/${SESSION_DOCUMENT}`),
    allowAs("OwnSessions", ownSessions, `${inAccount}:session/${OWN}`),
    allowAs("Follow", FOLLOW, "*"),
    ...(buckets.length > 0 ? [allowAs("OutputBuckets", "ssm:SendCommand", buckets)] : []),
    ...(key
      ? [allowAs("EncryptOwnSessions", "kms:GenerateDataKey", key, { StringLike: { [SESSION_CONTEXT]: OWN } })]
      : []),
  ];
}

function administratorStatements({ partition, accountId, roleArn }: UserAccessScope): Statement[] {
  return [
    // Neither action takes a narrower resource. What a machine may do is in the role, which is limited below.
    allowAs("Activate", ["ssm:CreateActivation", "ssm:DeleteActivation"], "*"),
    allowAs("ManageMachines", MANAGE, `arn:${partition}:ssm:*:${accountId}:managed-instance/*`),
    allowAs("UseThisRole", "ssm:UpdateManagedInstanceRole", roleArn),
    allowAs("PassThisRole", "iam:PassRole", roleArn, {
      StringEquals: { "iam:PassedToService": serviceNames(partition, "ssm") },
    }),
  ];
}

const OPERATOR_STATEMENTS = hcl`{
      Sid = "UseMachines", Effect = "Allow", Action = ["ssm:SendCommand", "ssm:StartSession"],
      Resource = "\${local.ssm_of_account}:managed-instance/*",
      Condition = merge(
        { BoolIfExists = { ${DOCUMENT_CHECK} = "true" } },
        { for test in ["StringEquals"] : test => { for tag, v in e.node_tags : "ssm:resourceTag/\${tag}" => v } if length(e.node_tags) > 0 }
      )
    }, {
      Sid = "RunDocuments", Effect = "Allow", Action = ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
      Resource = ["arn:\${local.partition}:ssm:*::document/*", "\${local.ssm_of_account}:document/*"]
    }, {
      Sid = "StartShell", Effect = "Allow", Action = "ssm:StartSession",
      Resource = "\${local.ssm_of_account}:document/${code(SESSION_DOCUMENT)}"
    }, {
      Sid = "OwnSessions", Effect = "Allow",
      Action = ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
      Resource = "\${local.ssm_of_account}:session/$\${aws:userid}-*"
    }, { Sid = "Follow", Effect = "Allow", Action = ${FOLLOW}, Resource = "*" }`;

const ADMINISTRATOR_STATEMENTS = hcl`{ Sid = "Activate", Effect = "Allow", Action = ["ssm:CreateActivation", "ssm:DeleteActivation"], Resource = "*" }, {
      Sid = "ManageMachines", Effect = "Allow", Action = ${MANAGE},
      Resource = "\${local.ssm_of_account}:managed-instance/*"
    }, { Sid = "UseThisRole", Effect = "Allow", Action = "ssm:UpdateManagedInstanceRole", Resource = local.role_arn }, {
      Sid = "PassThisRole", Effect = "Allow", Action = "iam:PassRole", Resource = local.role_arn,
      Condition = { StringEquals = { "iam:PassedToService" = concat( ${serviceNamesOfPartition("ssm")} ) } }
    }`;

/** {@link userAccessPolicy} of each entry of `var.user_access`, which a pipeline may set. */
export const USER_ACCESS_DOCUMENTS: Hcl = hcl`{ for k, e in var.user_access : k => jsonencode({
  Version = "2012-10-17",
  Statement = concat(
    [{ Sid = "Read", Effect = "Allow", Action = ${READ}, Resource = "*" }],
    [for s in [${OPERATOR_STATEMENTS}] : s if e.level != "read_only"],
    [for s in [{ Sid = "OutputBuckets", Effect = "Allow", Action = "ssm:SendCommand", Resource = local.run_command_buckets }] :
      s if e.level != "read_only" && length(local.run_command_buckets) > 0],
    [for s in [{
      Sid = "EncryptOwnSessions", Effect = "Allow", Action = "kms:GenerateDataKey", Resource = e.kms_key_arn,
      Condition = { StringLike = { ${SESSION_CONTEXT} = ${OWN} } }
    }] : s if e.kms_key_arn != null],
    [for s in [${ADMINISTRATOR_STATEMENTS}] : s if e.level == "administrator"],
  )
}) }`;
