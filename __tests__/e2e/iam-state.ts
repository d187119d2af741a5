import {
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import type { Lab } from "../../scripts/support/lab";

/**
 * An account's groups, users, roles and customer managed policies in IAM, without values that differ between accounts.
 */
export interface IamState {
  readonly groups: readonly object[];
  readonly users: readonly object[];
  readonly roles: readonly object[];
  readonly policies: readonly object[];
}

const IDS_AND_DATES = ["RoleId", "GroupId", "UserId", "PolicyId", "CreateDate", "UpdateDate", "RoleLastUsed"];
const DOCUMENTS = ["AssumeRolePolicyDocument", "Document"];

/** Reads an account's IAM state in a form in which two accounts can be compared field by field. */
export async function iamState(lab: Lab, account: string): Promise<IamState> {
  const iam = await lab.iam(account);
  const {
    GroupDetailList = [],
    UserDetailList = [],
    RoleDetailList = [],
    Policies = [],
  } = await iam.send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ["Group", "User", "Role", "LocalManagedPolicy"] }),
  );
  const roles = RoleDetailList.map(async (detail) => {
    const RoleName = detail.RoleName as string;
    // The authorization details lack the description, maximum session duration and permissions boundary that GetRole
    // returns.
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    return { ...detail, ...Role, inline: PolicyNames };
  });
  const policies = Policies.map(async (detail) => {
    // GetPolicy returns the description and tags.
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: detail.Arn }));
    return { ...detail, ...Policy };
  });
  const state: IamState = {
    groups: sorted(GroupDetailList, "GroupName"),
    users: sorted(UserDetailList, "UserName"),
    roles: sorted(await Promise.all(roles), "RoleName"),
    policies: sorted(await Promise.all(policies), "PolicyName"),
  };
  return JSON.parse(
    JSON.stringify(state, (key, value) => {
      if (IDS_AND_DATES.includes(key)) return undefined;
      if (DOCUMENTS.includes(key)) return JSON.parse(decodeURIComponent(value));
      if (key === "AttachedManagedPolicies") return sorted(value, "PolicyArn");
      if (key === "Tags") return sorted(value, "Key");
      // A single statement can be an object or a list of one. Both mean the same.
      if (key === "Statement") return [value].flat();
      return typeof value === "string" ? value.replaceAll(account, "<account id>") : value;
    }),
  );
}

function sorted(items: readonly object[], by: string): object[] {
  const key = (item: object) => (item as Record<string, string>)[by] ?? "";
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
