import { parseArn } from "../aws/arn";
import { allow, inKeyOrder, type PolicyDocument, policyDocument, type Statement } from "../aws/policy-document";
import { type Hcl, hcl } from "../terraform/hcl";
import type { LogGroupEntry } from "./log-groups";

export const LOG_PURPOSES = ["session_manager", "run_command"] as const;

/** Condition key of a Session Manager session's encryption context. SSM Agent and the user's client both send it. */
export const SESSION_CONTEXT = "kms:EncryptionContext:aws:ssm:SessionId";

/**
 * Returns a policy to write to existing log groups, and to decrypt with the key that encrypts sessions.
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
  // Some actions of CloudWatch Logs require the first form of the ARN, others the second.
  const write = allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [arn, `${arn}:*`]);
  if (!kms_key_arn) return [write];
  return [write, allow("kms:Decrypt", kms_key_arn, { StringLike: { [SESSION_CONTEXT]: "*" } })];
}

/** {@link logGroupsPolicy} as an expression of `local.log_groups`: the trimmed variable, which a pipeline can set. */
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
