import { parseArn, planRoleArn } from "../aws/arn";
import {
  allow,
  POLICY_SIZE,
  type PolicyDocument,
  policyDocument,
  policySize,
  type Statement,
} from "../aws/policy-document";
import type { Account } from "../config/account";
import { stateInS3 } from "../config/backends";
import type { Session } from "../config/session";
import { rolePermissions, type StateFile, stateFile, statePermissions } from "./permissions";
import {
  type Kind,
  type SessionNeeds,
  sessionConditions,
  type Trust,
  type TrustStatement,
  trustStatements,
} from "./trust";

/** A role to create in each account. Its strings can contain the placeholders `{account_id}` and `{partition}`. */
export interface RoleDefinition {
  readonly name: string;
  readonly description: string;
  readonly trust: { readonly Version: "2012-10-17"; readonly Statement: readonly TrustStatement[] };
  readonly policy: PolicyDocument;
}

/** Definitions of both roles. Every template is created from them. */
export interface DeployRoles {
  readonly path: string;
  readonly deploy: RoleDefinition;
  readonly plan: RoleDefinition;
  /**
   * State files by account id, if they differ in more than the id. `{state.Bucket}` in a statement stands for the
   * account's list.
   */
  readonly states?: Readonly<Record<string, StateFile>>;
}

/** Error for accounts that cannot share one template. */
export class NoTemplate extends Error {
  override readonly name = "NoTemplate";
}

/**
 * Maximum size of a role's inline policy, in characters without white space.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MAX_POLICY_SIZE = 10_240;
const MAX_NAME_LENGTH = 64;
/**
 * Maximum number of entries in a mapping:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.
 */
const MAX_MAPPING_ENTRIES = 200;

/**
 * Returns the deploy role and the read-only role of accounts. All accounts share one definition, with the permissions
 * that any of them needs for its service role, and with each account's own state file.
 * @throws NoTemplate if the accounts have different deploy roles, differ in something a template cannot express, or are
 *   too many
 */
export function deployRoles(accounts: readonly Account[], trust: Trust): DeployRoles {
  const arn = only(accounts, "deploy_role_arn", (account) => {
    const { deploy_role_arn: role } = account.fields;
    if (role === undefined) throw new NoTemplate(`${account.name} has no deploy_role_arn. It sets the role's name.`);
    return withPlaceholders(account, role);
  });
  const externalId = only(accounts, "external_id", ({ fields }) => fields.external_id);
  const session = sessionNeeds(accounts);
  const states = stateFiles(accounts);
  const permissions = accounts.map((account) => withPlaceholders(account, rolePermissions(account)));
  const state = states && statePermissions(states.common);
  const read = distinct([...permissions.flatMap((one) => one.read), ...(state?.read ?? [])]);
  const write = distinct([...permissions.flatMap((one) => one.write), ...(state?.write ?? [])]);

  const [, path = "/", name = ""] = /^role(\/(?:.+\/)?)([^/]+)$/.exec(parseArn(arn).resource) ?? [];
  if (planRoleArn(name).length > MAX_NAME_LENGTH) {
    throw new NoTemplate(
      `deploy_role_arn: ${planRoleArn(name)} must have at most ${MAX_NAME_LENGTH} characters. Shorten the name.`,
    );
  }
  const byOidc = trust.github !== undefined || trust.gitlab !== undefined;
  const role = (kind: Kind, roleArn: string, statements: readonly Statement[]): RoleDefinition => {
    const assumesItself = [
      allow("sts:AssumeRole", roleArn),
      ...Object.entries(sessionConditions(session)).map(([action, condition]) => allow(action, roleArn, condition)),
    ];
    const policy = policyDocument([...statements, ...(byOidc ? assumesItself : [])]);
    if (policySize(policy) > MAX_POLICY_SIZE) {
      throw new NoTemplate(
        `The accounts together need a policy of ${policySize(policy)} characters, but an inline policy can have at most ${MAX_POLICY_SIZE}. ` +
          "Specify fewer accounts, such as those with the same features.",
      );
    }
    const Statement = trustStatements(kind, roleArn, trust, externalId, session);
    const trustPolicy = { Version: "2012-10-17", Statement } as const;
    if (policySize(trustPolicy) > POLICY_SIZE.trust) {
      throw new NoTemplate(
        `The accounts together need a trust policy of ${policySize(trustPolicy)} characters, but a trust policy can have at most ${POLICY_SIZE.trust}. ` +
          "Specify fewer accounts, such as those with the same source_identity and session tags.",
      );
    }
    return {
      name: parseArn(roleArn).resource.slice(`role${path}`.length),
      description: DESCRIPTIONS[kind],
      trust: trustPolicy,
      policy,
    };
  };
  return {
    path,
    deploy: role("deploy", arn, [...read, ...write]),
    plan: role("plan", planRoleArn(arn), read),
    ...(states?.byAccount && { states: states.byAccount }),
  };
}

const DESCRIPTIONS = {
  deploy: "Terraform assumes this role to manage the Systems Manager service role.",
  plan: "Terraform assumes this role to read the Systems Manager service role for plans.",
} as const;

/** Returns the settings of the deploy role's sessions: `deploy_session`, and `state.assume_role` for the same role. */
function sessionNeeds(accounts: readonly Account[]): SessionNeeds {
  const sessions = accounts.flatMap((account) => {
    const { deploy_role_arn: role, deploy_session } = account.fields;
    const ofState = stateInS3(account.fields)?.assume_role;
    const all: (Session | undefined)[] = [deploy_session, ofState?.role_arn === role ? ofState : undefined];
    return all.flatMap((session) => (session ? withPlaceholders(account, session) : []));
  });
  return {
    tagKeys: distinct(sessions.flatMap(({ tags = {} }) => Object.keys(tags))),
    sourceIdentities: distinct(sessions.flatMap(({ source_identity }) => source_identity ?? [])),
  };
}

/** Returns an account's value with the placeholders `{account_id}` and `{partition}` instead of id and partition. */
function withPlaceholders<Value>({ serviceRole: { identity } }: Account, value: Value): Value {
  const { accountId, partition } = identity;
  const text = JSON.stringify(value)
    .replaceAll(`arn:${partition}:`, "arn:{partition}:")
    .replaceAll(accountId, "{account_id}");
  return JSON.parse(text);
}

/** Returns the values without duplicates. */
function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/**
 * Returns the value that all accounts share.
 * @throws NoTemplate if the accounts differ
 */
function only<Value>(accounts: readonly Account[], field: string, of: (account: Account) => Value): Value {
  const [first, ...others] = accounts as [Account, ...Account[]];
  const value = of(first);
  const other = others.find((account) => of(account) !== value);
  if (other === undefined) return value;
  throw new NoTemplate(`${first.name} and ${other.name} differ in ${field}. Write a template for each.`);
}

/**
 * Returns the accounts' state files: one for all accounts, or one for each, which the template looks up by the
 * account's id.
 */
function stateFiles(accounts: readonly Account[]) {
  const fields = only(accounts, "state (in S3 and used by the deploy role, with or without kms_key_id)", (account) =>
    Object.keys(stateFile(account) ?? {}).join(),
  );
  if (fields === "") return undefined;
  const files = accounts.flatMap((account) => {
    const file = stateFile(account);
    return file ? [{ id: account.fields.id, file, common: withPlaceholders(account, file) }] : [];
  });
  const [common, ...others] = distinct(files.map((one) => one.common));
  if (common !== undefined && others.length === 0) return { common };
  const ids = distinct(files.map(({ id }) => id));
  if (ids.length > MAX_MAPPING_ENTRIES) {
    throw new NoTemplate(
      `A template can have at most ${MAX_MAPPING_ENTRIES} accounts whose state files differ in more than the account's id. ` +
        "Specify fewer accounts, or write {account_id} instead of {account_name} in state.key.",
    );
  }
  const byAccount = Object.fromEntries(
    ids.map((id) => {
      const own = files.filter((one) => one.id === id).map(({ file }) => file);
      return [id, mapFields(own[0], (field) => distinct(own.flatMap((file) => file[field] ?? [])))];
    }),
  );
  return { common: mapFields(files[0]?.file, (field) => [`{state.${field}}`]), byAccount };
}

/** Returns a state file with the same fields and new values. */
function mapFields(file: StateFile | undefined, value: (field: keyof StateFile) => readonly string[]): StateFile {
  const fields = Object.keys(file ?? {}) as (keyof StateFile)[];
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as unknown as StateFile;
}
