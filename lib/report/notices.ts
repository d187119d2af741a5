import { backendOf } from "../config/backends";
import type { Notice } from "../features/feature";
import { awsPolicy } from "./aws-policies";
import type { AccountFacts } from "./read";

/** What an account's approver should know first. */
export function noticesOf(facts: AccountFacts): Notice[] {
  const { trust, policies, featureNotices, role, state, unexplained } = facts;
  const notices: Notice[] = [];
  const notice = (holds: boolean, code: string, text: string) => {
    if (holds) notices.push({ code, text });
  };
  notice(
    trust.Statement.some(({ Condition }) => Condition === undefined),
    "open-trust",
    "The trust policy has no conditions: Systems Manager may use the role on behalf of other accounts too.",
  );
  for (const { arn } of policies) {
    const known = awsPolicy(arn);
    if (known) notices.push(known.notice);
  }
  notice(
    policies.some(({ arn }) => /(FullAccess|\/AdministratorAccess|\/PowerUserAccess)$/.test(arn)),
    "full-access",
    "A policy gives each machine full access to a service or to the account.",
  );
  notice(
    policies.some(({ arn, document }) => document === undefined && awsPolicy(arn) === undefined),
    "unread-policy",
    "A policy is attached whose contents this page does not know: read it in IAM.",
  );
  notices.push(...featureNotices);
  notice(role.adopt, "adopt", "The next apply takes over a role that exists, and removes what is not written here.");
  const ofState = backendOf(state.backend)?.notice?.(state.settings);
  if (ofState) notices.push(ofState);
  notice(unexplained.length > 0, "unexplained", "The root makes resources that this page has no words for.");
  return notices;
}
