import { parseArn } from "../aws/arn";
import { backendOf } from "../config/backends";
import type { AwsPolicy, Feature, Notice } from "../features/feature";
import { FEATURES } from "../features/features";
import { CORE_POLICY } from "../role/service-role";
import type { AccountFacts } from "./read";

/**
 * AWS managed policies that this project attaches by default, by name.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const AWS_POLICIES: ReadonlyMap<string, AwsPolicy> = new Map([
  [
    CORE_POLICY,
    {
      allows:
        "Machines report to Systems Manager, receive commands, sessions and patches from it, send it inventory and compliance data, " +
        "and read its documents and parameters.",
      notice: { code: "every-parameter", text: "Each machine can read every SSM parameter of the account." },
    },
  ],
  ...FEATURES.flatMap((feature: Feature) => Object.entries(feature.awsPolicies ?? {})),
]);

/** Returns the texts for an AWS managed policy; `undefined` for other policies and for those without texts. */
export function awsPolicy(arn: string): AwsPolicy | undefined {
  const { accountId, resource } = parseArn(arn);
  return accountId === "aws" ? AWS_POLICIES.get(resource.replace(/^policy\//, "")) : undefined;
}

/** Returns what the approver of an account should know first. */
export function noticesOf({ trust, attached, featureNotices, role, state, unexplained }: AccountFacts): Notice[] {
  const notice = (applies: boolean, code: string, text: string) => (applies ? [{ code, text }] : []);
  return [
    ...notice(
      trust.Statement.some(({ Condition }) => Condition === undefined),
      "open-trust",
      "The trust policy has no conditions, so Systems Manager can also use the role on behalf of other accounts.",
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
      "This page does not know the contents of an attached policy. Read it in IAM.",
    ),
    ...featureNotices,
    ...notice(
      role.adopt,
      "adopt",
      "The next apply takes over an existing role, and removes what is not configured here.",
    ),
    ...[backendOf(state.backend)?.notice?.(state.settings) ?? []].flat(),
    ...notice(
      unexplained.length > 0,
      "unexplained",
      "The root module creates resources that this page does not describe.",
    ),
  ];
}
