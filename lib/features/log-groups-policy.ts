import { inKeyOrder } from "../aws/in-key-order";
import type { PolicyDocument, Statement } from "../aws/policy-document";

/** What a group of CloudWatch Logs is for. */
export const LOG_PURPOSES = ["session_manager", "run_command"] as const;

/** Access of the machines to one group of CloudWatch Logs. */
export interface LogGroupAccess {
  readonly log_group_arn: string;
  readonly purpose: (typeof LOG_PURPOSES)[number];
  readonly kms_key_arn?: string | undefined;
}

/** That a data key is of a Session Manager session: SSM Agent and the person's client both say which. */
export const SESSION_CONTEXT = "kms:EncryptionContext:aws:ssm:SessionId";

/**
 * Writing to groups of CloudWatch Logs, which exist already, and the key that encrypts the sessions between machine and person.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function logGroupsPolicy(entries: Readonly<Record<string, LogGroupAccess>>): PolicyDocument {
  const all = inKeyOrder(entries).map(([, entry]) => entry);
  const regions = all.map(({ log_group_arn }) => [...log_group_arn.split(":").slice(0, 5), "log-group", "*"].join(":"));
  const find: Statement = { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: [...new Set(regions)] };
  return { Version: "2012-10-17", Statement: all.length > 0 ? [...all.flatMap(logGroupStatements), find] : [] };
}

function logGroupStatements({ log_group_arn, kms_key_arn }: LogGroupAccess): Statement[] {
  const write: Statement = {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    // CloudWatch Logs asks for the first form in some actions and for the second in others.
    Resource: [log_group_arn, `${log_group_arn}:*`],
  };
  if (!kms_key_arn) return [write];
  const decrypt: Statement = {
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: kms_key_arn,
    Condition: { StringLike: { [SESSION_CONTEXT]: "*" } },
  };
  return [write, decrypt];
}
