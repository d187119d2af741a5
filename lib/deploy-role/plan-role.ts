import { planRoleArn } from "../aws/arn";
import type { FleetAccount } from "../config/schema";
import type { AccountProps } from "../props";

/**
 * An account whose root module assumes the read-only role: for a plan that nobody applies. The state is read by that role too, where
 * the deploy role reads and writes it.
 * @throws nothing itself; `AccountStack` refuses a role name of more than 64 characters
 */
export function forPlans(account: FleetAccount): AccountProps {
  const { deployRoleArn, state } = account;
  if (deployRoleArn === undefined) return account;
  const planRole = planRoleArn(deployRoleArn);
  if (state.backend !== "s3" || state.assumeRole?.roleArn !== deployRoleArn) {
    return { ...account, deployRoleArn: planRole };
  }
  return {
    ...account,
    deployRoleArn: planRole,
    state: { ...state, assumeRole: { ...state.assumeRole, roleArn: planRole } },
  };
}
