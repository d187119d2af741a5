import { GetAccountAuthorizationDetailsCommand, type IAMClient } from "@aws-sdk/client-iam";

/** Attached policies in an account. */
export interface Attachments {
  /** Policies of each role, by name. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Customer managed policies. */
  readonly policies: readonly string[];
  /** Policies of groups and users: `helpdesk <policy>`. */
  readonly people: readonly string[];
}

/** Reads all roles, customer managed policies, groups and users of an account from IAM. */
export async function attachments(iam: IAMClient): Promise<Attachments> {
  const {
    RoleDetailList: roles = [],
    Policies: policies = [],
    GroupDetailList: groups = [],
    UserDetailList: users = [],
  } = await iam.send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ["Role", "LocalManagedPolicy", "Group", "User"] }),
  );
  const names = ({ AttachedManagedPolicies: attached = [] }: Attached) =>
    attached.map(({ PolicyName }) => PolicyName as string).sort();
  const people = [
    ...groups.flatMap((group) => names(group).map((policy) => `${group.GroupName} ${policy}`)),
    ...users.flatMap((user) => names(user).map((policy) => `${user.UserName} ${policy}`)),
  ];
  return {
    roles: Object.fromEntries(roles.map((role) => [role.RoleName, names(role)])),
    policies: policies.map(({ Arn }) => Arn?.split("/").at(-1) as string).sort(),
    people: people.sort(),
  };
}

interface Attached {
  readonly AttachedManagedPolicies?: readonly { readonly PolicyName?: string | undefined }[] | undefined;
}
