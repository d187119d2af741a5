import { expression, IDENTITY } from "../terraform/hcl";

/** Terraform's own option that replaces the role on purpose. */
export const REPLACING = `plan and apply with -replace=${IDENTITY}`;

/**
 * The resource that remembers account, name and path of the role, and refuses a plan of another: a role that is made anew is lost to the
 * machines that use it. It asks nothing of AWS. Replacing it is the way to replace the role on purpose.
 * @param adopt - whether the role may not be destroyed at all
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateManagedInstanceRole.html
 */
export function identityGuard(adopt: boolean, replacing = REPLACING): object {
  const first = adopt ? "first remove role.adopt, with which no plan may destroy the role; then " : "";
  const ways = `Change it back. If you mean it, or if the first role was never created, ${first}${replacing}.`;
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
            "The account's id was ${self.output.account_id} and is now ${local.account_id}. The role " +
            "${self.output.path}${self.output.role_name} of account ${self.output.account_id} would stay there with its policies and " +
            `activations, in no state file, and another role would be created in account \${local.account_id}. ${ways}`,
        },
        {
          condition: expression("self.output.path == local.path && self.output.role_name == local.role_name"),
          error_message:
            "The role's path and name were ${self.output.path}${self.output.role_name} and are now ${local.path}${local.role_name}. " +
            "Terraform would destroy the first role and create the second. Registered machines stop working until each gets the " +
            "second (aws ssm update-managed-instance-role) or registers again, and every activation is replaced. " +
            ways,
        },
      ],
    },
  };
}
