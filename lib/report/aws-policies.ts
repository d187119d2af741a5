import type { Notice } from "./notices";

/** What this page says of a policy of AWS's. */
interface AwsPolicy {
  /** What it lets machines do. */
  readonly lets: string;
  readonly notice: Notice;
}

/**
 * The policies of AWS's that this project attaches on its own account, by name.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const AWS_POLICIES: Readonly<Record<string, AwsPolicy>> = {
  AmazonSSMManagedInstanceCore: {
    lets:
      "Machines report to Systems Manager, take commands, sessions and patches from it, send it inventory and compliance, and read " +
      "its documents and parameters.",
    notice: { code: "every-parameter", text: "Each machine can read every SSM parameter of the account." },
  },
  CloudWatchAgentServerPolicy: {
    lets:
      "Machines send metrics, logs and traces, make log groups and set how long they are kept, and read parameters whose name " +
      "begins with AmazonCloudWatch-.",
    notice: { code: "every-log-group", text: "Each machine can write to every CloudWatch log group of the account." },
  },
  AmazonSSMDirectoryServiceAccess: {
    lets: "Machines list the account's directories and make computer accounts in them.",
    notice: {
      code: "every-directory",
      text: "Each machine can make computer accounts in every directory of the account.",
    },
  },
};

/** What is known of a policy of AWS's; `undefined` for one of an account's own, and for those that this page has no words for. */
export function awsPolicy(arn: string): AwsPolicy | undefined {
  const [, name = ""] = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn) ?? [];
  return Object.hasOwn(AWS_POLICIES, name) ? AWS_POLICIES[name] : undefined;
}
