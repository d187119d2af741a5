import { parseArn } from "../aws/arn";
import type { AwsPolicy, Feature } from "../features/feature";
import { FEATURES } from "../features/features";
import { CORE_POLICY } from "../role/service-role";

/**
 * The policies of AWS's that this project attaches on its own account, by name.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const AWS_POLICIES: ReadonlyMap<string, AwsPolicy> = new Map([
  [
    CORE_POLICY,
    {
      lets:
        "Machines report to Systems Manager, take commands, sessions and patches from it, send it inventory and compliance, and read " +
        "its documents and parameters.",
      notice: { code: "every-parameter", text: "Each machine can read every SSM parameter of the account." },
    },
  ],
  ...FEATURES.flatMap((feature: Feature) => Object.entries(feature.awsPolicies ?? {})),
]);

/** What is known of a policy of AWS's; `undefined` for one of an account's own, and for those that this page has no words for. */
export function awsPolicy(arn: string): AwsPolicy | undefined {
  const { accountId, resource } = parseArn(arn);
  return accountId === "aws" ? AWS_POLICIES.get(resource.replace(/^policy\//, "")) : undefined;
}
