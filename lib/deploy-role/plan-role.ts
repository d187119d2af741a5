import { planRoleArn } from "../aws/arn";
import type { FleetAccount } from "../config/schema";
import type { AccountProps } from "../props";

/**
 * Returns an account whose root module assumes the read-only role, for plans that are not applied. If the deploy role
 * reads and writes the state, the read-only role reads it. `AccountStack` refuses a role name of more than 64
 * characters.
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
