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

/** A role to create in each account. In its strings, `{account_id}` and `{partition}` stand for the account's own. */
export interface RoleDefinition {
  readonly name: string;
  readonly description: string;
  readonly trust: { readonly Version: "2012-10-17"; readonly Statement: readonly TrustStatement[] };
  readonly policy: PolicyDocument;
}

/** The two roles, as one value: each template is made from it. */
export interface DeployRoles {
  readonly path: string;
  readonly deploy: RoleDefinition;
  readonly plan: RoleDefinition;
  /** State files by account id, where they differ in more than the id: `{state.Bucket}` in a statement is a list of the account's. */
  readonly states?: Readonly<Record<string, StateFile>>;
}

/** Why the accounts cannot have one template. */
export class NoTemplate extends Error {
  override readonly name = "NoTemplate";
}

/**
 * Longest inline policy of a role, in characters without white space.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const LONGEST_POLICY = 10_240;
const LONGEST_NAME = 64;
/** Entries of a mapping: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html. */
const MOST_ENTRIES = 200;

/**
 * The deploy role and the read-only role of accounts: one definition for all of them, with the permissions that any of them needs for
 * its service role, and with each account's own state file.
 * @throws NoTemplate where the accounts name different deploy roles, differ in what a template cannot express, or are too many
 */
export function deployRoles(accounts: readonly Account[], trust: Trust): DeployRoles {
  const arn = only(accounts, "deploy_role_arn", (account) => {
    const { deploy_role_arn: role } = account.fields;
    if (role === undefined) throw new NoTemplate(`${account.name} has no deploy_role_arn, which names the role.`);
    return anywhere(account, role);
  });
  const externalId = only(accounts, "external_id", ({ fields }) => fields.external_id);
  const session = sessionNeeds(accounts);
  const states = stateFiles(accounts);
  const of = accounts.map((account) => anywhere(account, rolePermissions(account)));
  const state = states && statePermissions(states.common);
  const read = distinct([...of.flatMap((one) => one.read), ...(state?.read ?? [])]);
  const write = distinct([...of.flatMap((one) => one.write), ...(state?.write ?? [])]);

  const [, path = "/", name = ""] = /^role(\/(?:.+\/)?)([^/]+)$/.exec(parseArn(arn).resource) ?? [];
  if (planRoleArn(name).length > LONGEST_NAME) {
    throw new NoTemplate(
      `deploy_role_arn: ${planRoleArn(name)} must have at most ${LONGEST_NAME} characters. Shorten the name.`,
    );
  }
  const byOidc = trust.github !== undefined || trust.gitlab !== undefined;
  const role = (kind: Kind, roleArn: string, statements: readonly Statement[]): RoleDefinition => {
    const assumesItself = [
      allow("sts:AssumeRole", roleArn),
      ...Object.entries(sessionConditions(session)).map(([action, condition]) => allow(action, roleArn, condition)),
    ];
    const policy = policyDocument([...statements, ...(byOidc ? assumesItself : [])]);
    if (policySize(policy) > LONGEST_POLICY) {
      throw new NoTemplate(
        `The accounts together need a policy of ${policySize(policy)} characters, and an inline policy has at most ${LONGEST_POLICY}. ` +
          "Name fewer accounts, such as those with the same features.",
      );
    }
    const Statement = trustStatements(kind, roleArn, trust, externalId, session);
    const trustPolicy = { Version: "2012-10-17", Statement } as const;
    if (policySize(trustPolicy) > POLICY_SIZE.trust) {
      throw new NoTemplate(
        `The accounts together need a trust policy of ${policySize(trustPolicy)} characters, and one has at most ${POLICY_SIZE.trust}. ` +
          "Name fewer accounts, such as those with the same source_identity and session tags.",
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
  deploy: "Terraform writes the Systems Manager service role with it.",
  plan: "Terraform reads the Systems Manager service role with it, for plans.",
} as const;

/** What the file says of the deploy role's sessions: its own, and those of a state that it reads and writes. */
function sessionNeeds(accounts: readonly Account[]): SessionNeeds {
  const sessions = accounts.flatMap((account) => {
    const { deploy_role_arn: role, deploy_session } = account.fields;
    const ofState = stateInS3(account.fields)?.assume_role;
    const all: (Session | undefined)[] = [deploy_session, ofState?.role_arn === role ? ofState : undefined];
    return all.flatMap((session) => (session ? anywhere(account, session) : []));
  });
  return {
    tagKeys: distinct(sessions.flatMap(({ tags = {} }) => Object.keys(tags))),
    sourceIdentities: distinct(sessions.flatMap(({ source_identity }) => source_identity ?? [])),
  };
}

/** A value of an account with `{account_id}` and `{partition}` in the place of the account's own. */
function anywhere<Value>({ serviceRole: { identity } }: Account, value: Value): Value {
  const { accountId, partition } = identity;
  const text = JSON.stringify(value)
    .replaceAll(`arn:${partition}:`, "arn:{partition}:")
    .replaceAll(accountId, "{account_id}");
  return JSON.parse(text);
}

/** The values without those that are there already. */
function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** The one value that all accounts have. */
function only<Value>(accounts: readonly Account[], field: string, of: (account: Account) => Value): Value {
  const [first, ...others] = accounts as [Account, ...Account[]];
  const value = of(first);
  const other = others.find((account) => of(account) !== value);
  if (other === undefined) return value;
  throw new NoTemplate(`${first.name} and ${other.name} differ in ${field}: write a template for each.`);
}

/** The state files of accounts: one for all of them, or one for each account that the template looks up by the account's id. */
function stateFiles(accounts: readonly Account[]) {
  const fields = only(accounts, "state (in S3 and reached by the deploy role, with or without kms_key_id)", (account) =>
    Object.keys(stateFile(account) ?? {}).join(),
  );
  if (fields === "") return undefined;
  const files = accounts.flatMap((account) => {
    const file = stateFile(account);
    return file ? [{ id: account.fields.id, file, common: anywhere(account, file) }] : [];
  });
  const [common, ...others] = distinct(files.map((one) => one.common));
  if (common !== undefined && others.length === 0) return { common };
  const ids = distinct(files.map(({ id }) => id));
  if (ids.length > MOST_ENTRIES) {
    throw new NoTemplate(
      `A template has at most ${MOST_ENTRIES} accounts whose state files differ in more than the account's id: name fewer accounts, or ` +
        "write {account_id} in the place of {account_name} in state.key.",
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

/** A state file with other values in the same fields. */
function mapFields(file: StateFile | undefined, value: (field: keyof StateFile) => readonly string[]): StateFile {
  const fields = Object.keys(file ?? {}) as (keyof StateFile)[];
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as unknown as StateFile;
}
