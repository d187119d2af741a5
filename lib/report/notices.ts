import { parseArn } from "../aws/arn";
import { backendOf } from "../config/backends";
import type { AwsPolicy, Feature, Notice } from "../features/feature";
import { FEATURES } from "../features/features";
import { CORE_POLICY } from "../role/service-role";
import type { AccountFacts } from "./read";

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

/** What an account's approver should know first. */
export function noticesOf({ trust, attached, featureNotices, role, state, unexplained }: AccountFacts): Notice[] {
  const notice = (holds: boolean, code: string, text: string) => (holds ? [{ code, text }] : []);
  return [
    ...notice(
      trust.Statement.some(({ Condition }) => Condition === undefined),
      "open-trust",
      "The trust policy has no conditions: Systems Manager may use the role on behalf of other accounts too.",
    ),
    ...attached.flatMap(({ arn }) => awsPolicy(arn)?.notice ?? []),
    ...notice(
      attached.some(({ arn }) => /(FullAccess|\/AdministratorAccess|\/PowerUserAccess)$/.test(arn)),
      "full-access",
      "A policy gives each machine full access to a service or to the account.",
    ),
    ...notice(
      attached.some(({ arn, document }) => !document && !awsPolicy(arn)),
      "unread-policy",
      "A policy is attached whose contents this page does not know: read it in IAM.",
    ),
    ...featureNotices,
    ...notice(
      role.adopt,
      "adopt",
      "The next apply takes over a role that exists, and removes what is not written here.",
    ),
    ...[backendOf(state.backend)?.notice?.(state.settings) ?? []].flat(),
    ...notice(
      unexplained.length > 0,
      "unexplained",
      "The root module creates resources that this page does not describe.",
    ),
  ];
}
