import { expression, IDENTITY } from "../terraform/hcl";

/** Instructions for replacing the role on purpose with Terraform's `-replace` option. */
export const REPLACING = `plan and apply with -replace=${IDENTITY}`;

/**
 * Returns the resource that records account, name and path of the role, and refuses a plan with others: machines cannot use a recreated
 * role. It makes no request to AWS. To replace the role on purpose, replace this resource.
 * @param adopt - whether the role must not be destroyed at all
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateManagedInstanceRole.html
 */
export function identityGuard(adopt: boolean, replacing = REPLACING): object {
  const first = adopt ? "first remove role.adopt, which prevents any plan from destroying the role, then " : "";
  const fix = `Change it back. If the change is intended, or if the first role was never created, ${first}${replacing}.`;
  return {
    input: {
      account_id: expression("local.account_id"),
      role_name: expression("local.role_name"),
      path: expression("local.path"),
    },
    lifecycle: {
      ignore_changes: ["input"],
      postcondition: [
        {
          condition: expression("self.output.account_id == local.account_id"),
          error_message:
            "The account id changed from ${self.output.account_id} to ${local.account_id}. The role " +
            "${self.output.path}${self.output.role_name} of account ${self.output.account_id} would stay there with its policies and " +
            `activations, in no state file, and another role would be created in account \${local.account_id}. ${fix}`,
        },
        {
          condition: expression("self.output.path == local.path && self.output.role_name == local.role_name"),
          error_message:
            "The role's path and name changed from ${self.output.path}${self.output.role_name} to ${local.path}${local.role_name}. " +
            "Terraform would destroy the first role and create the second. Registered machines would stop working until each gets the " +
            "second role (aws ssm update-managed-instance-role) or registers again, and every activation would be replaced. " +
            fix,
        },
      ],
    },
  };
}
