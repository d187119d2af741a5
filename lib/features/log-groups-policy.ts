import { parseArn } from "../aws/arn";
import { allow, inKeyOrder, type PolicyDocument, policyDocument, type Statement } from "../aws/policy-document";
import { type Hcl, hcl } from "../terraform/hcl";
import type { LogGroupEntry } from "./log-groups";

export const LOG_PURPOSES = ["session_manager", "run_command"] as const;

/** Condition key that says that a data key is of a Session Manager session: SSM Agent and the person's client both send it. */
export const SESSION_CONTEXT = "kms:EncryptionContext:aws:ssm:SessionId";

/**
 * Writing to groups of CloudWatch Logs, which exist already, and the key that encrypts the sessions between machine and person.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function logGroupsPolicy(entries: Readonly<Record<string, LogGroupEntry>>): PolicyDocument {
  const all = inKeyOrder(entries).map(([, entry]) => entry);
  const groups = all.map(({ log_group_arn }) => {
    const { partition, region, accountId } = parseArn(log_group_arn);
    return `arn:${partition}:logs:${region}:${accountId}:log-group:*`;
  });
  const find = allow("logs:DescribeLogGroups", [...new Set(groups)]);
  return policyDocument(all.length > 0 ? [...all.flatMap(logGroupStatements), find] : []);
}

function logGroupStatements({ log_group_arn: arn, kms_key_arn }: LogGroupEntry): Statement[] {
  // CloudWatch Logs asks for the first form of the ARN in some actions and for the second in others.
  const write = allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [arn, `${arn}:*`]);
  if (!kms_key_arn) return [write];
  return [write, allow("kms:Decrypt", kms_key_arn, { StringLike: { [SESSION_CONTEXT]: "*" } })];
}

/** {@link logGroupsPolicy} of `local.log_groups`: the variable, which a pipeline may set, trimmed. */
export const LOG_GROUPS_DOCUMENT: Hcl = hcl`jsonencode({
  Version = "2012-10-17",
  Statement = flatten([
    [for e in values(local.log_groups) : concat(
      [{
        Effect = "Allow", Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource = [e.log_group_arn, "\${e.log_group_arn}:*"]
      }],
      [for key in compact([e.kms_key_arn]) : {
        Effect = "Allow", Action = "kms:Decrypt", Resource = key, Condition = { StringLike = { ${SESSION_CONTEXT} = "*" } }
      }],
    )],
    [for all in [distinct([for arn in values(local.log_groups)[*].log_group_arn : join(":", concat(slice(split(":", arn), 0, 5), ["log-group", "*"]))])] :
      { Effect = "Allow", Action = "logs:DescribeLogGroups", Resource = all } if length(all) > 0],
  ])
})`;
