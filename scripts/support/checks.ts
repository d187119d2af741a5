import { existsSync, readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { GetPolicyCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { parseArn } from "../../lib/aws/arn";
import type { Account } from "../../lib/config/account";
import { backendOf, type S3State, stateInS3 } from "../../lib/config/backends";
import {
  type Access,
  type AssumedRole,
  assumeRole,
  callerIdentity,
  clientSettings,
  lackOfCredentials,
  neededActions,
  type RoleCredentials,
} from "./access";

/** Number of accounts checked at the same time. Each takes two or three requests. */
export const AT_ONCE = 16;

/** Result of a check. */
export interface Checked {
  /** The error, with the command or field that fixes it. @default - no error */
  readonly error?: string;
  /** The part of the check that was not possible. @default - none */
  readonly warning?: string;
}

/** Name and message of an error that AWS returned, or that kept the request from AWS. */
interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether AWS answered. If it did not, the deployment continues: only Terraform may be configured for a proxy or certificate. */
function answered(error: unknown): error is AwsError {
  return (error as AwsError).$metadata?.httpStatusCode !== undefined;
}

const RUNS_THERE = "Not checked with AWS: HCP Terraform may run it remotely, with other credentials.";

/** Checks the credentials, account id, deploy role and state bucket of accounts before Terraform starts. */
export async function checkAccounts(
  accounts: readonly Account[],
  rootOf: (account: string) => string,
  signal: AbortSignal,
): Promise<Map<string, Checked>> {
  const limit = pLimit(AT_ONCE);
  const caller = callerOnce();
  const checked = await limit.map([...accounts], async (account) => {
    const found = signal.aborted ? {} : await check(account, rootOf(account.name), caller).catch(failure);
    return [account.name, found] as const;
  });
  return new Map(checked);
}

/** Account id of the caller's own credentials. */
export type Caller = (access: Access) => Promise<string>;

/** Calls STS once for each set of connection settings. */
export function callerOnce(): Caller {
  const callers = new Map<string, Promise<string>>();
  return (access) => {
    const key = JSON.stringify(clientSettings(access));
    const known = callers.get(key) ?? callerIdentity(access).then(({ account }) => account);
    callers.set(key, known);
    return known;
  };
}

/** Converts an error of a check to a message for the user. */
export function failure(error: unknown): Checked {
  if (error instanceof Wrong) return { error: error.message };
  const { name, message } = error as Error;
  if (answered(error)) return { error: `AWS denied the check: ${name}: ${message}` };
  return { warning: `AWS could not be reached before Terraform starts: ${name}: ${message}` };
}

class Wrong extends Error {}

/** Runs work that needs credentials. @throws Wrong if there are none, with the profile and the field that sets it */
async function signedIn<Value>({ profile }: Access, field: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const lack = lackOfCredentials(error, profile, field);
    throw lack === undefined ? error : new Wrong(lack);
  }
}

async function check(account: Account, root: string, caller: Caller): Promise<Checked> {
  refuseVariableFiles(root);
  if (backendOf(account.fields.state.backend).runsThere) return { warning: RUNS_THERE };
  const { fields } = account;
  const { credentials } = await ownCredentials(account, caller);
  const state = stateInS3(fields);
  if (state) await signedIn(state, "state.profile", () => checkBucket(account, state, credentials));
  return {};
}

/**
 * Returns credentials for the account: those of its deploy role, or the caller's own.
 * @throws Wrong if there are none, or if they belong to another account
 */
export function ownCredentials(account: Account, caller: Caller): Promise<{ credentials?: RoleCredentials }> {
  const { fields, serviceRole } = account;
  const { id, profile } = fields;
  return signedIn(fields, "profile", async () => {
    if (fields.deploy_role_arn !== undefined) return credentialsOf(account);
    const own = await caller(fields);
    if (own === id) return {};
    throw new Wrong(
      `The credentials${profile ? ` of the profile ${profile}` : ""} belong to account ${own}, but the file has id: "${id}". ` +
        `Use ${profile ? "a profile" : "credentials"} of ${id}, or set deploy_role_arn to a role in that account: ` +
        `arn:${serviceRole.identity.partition}:iam::${id}:role/…`,
    );
  });
}

/** Variable files that Terraform loads automatically and that the report does not show. */
function refuseVariableFiles(root: string): void {
  const files = existsSync(root) ? readdirSync(root) : [];
  const taken = files.filter((name) => /^terraform\.tfvars(\.json)?$|\.auto\.tfvars(\.json)?$/.test(name));
  if (taken.length === 0) return;
  throw new Wrong(
    `${root} contains ${taken.join(" and ")}, which would override the file of accounts. Delete it, and ` +
      "add its entries to the file of accounts.",
  );
}

async function assume(access: Access, role: AssumedRole, field: string): Promise<RoleCredentials> {
  try {
    return await assumeRole(access, role);
  } catch (error) {
    if (!answered(error) || lackOfCredentials(error, access.profile, field)) throw error;
    const { arn } = await callerIdentity(access).catch(() => ({ arn: undefined }));
    throw new Wrong(
      `The role ${role.role_arn} cannot be assumed${arn ? ` by ${arn}` : ""} (${error.name}: ${error.message}). Correct ${field}, or allow ` +
        `${neededActions(role)} to the caller in the trust policy of the role${role.external_id ? ", with this external_id" : ""}.`,
    );
  }
}

/** Deploy role of an account, with its session settings. @default - the account has none */
function deployRoleOf({ fields }: Account): AssumedRole | undefined {
  const { deploy_role_arn: role_arn, external_id, deploy_session } = fields;
  return role_arn === undefined ? undefined : { role_arn, external_id, ...deploy_session };
}

/** Credentials of the account's deploy role. @default - the caller's own */
async function credentialsOf(account: Account): Promise<{ credentials?: RoleCredentials }> {
  const role = deployRoleOf(account);
  return role ? { credentials: await assume(account.fields, role, "deploy_role_arn") } : {};
}

/**
 * Checks that the state bucket exists, and belongs to the account of the role that uses it.
 * @param ofDeployRole - credentials of the deploy role, which may also be the state role. @default - there is no deploy role
 */
async function checkBucket(account: Account, state: S3State, ofDeployRole: RoleCredentials | undefined): Promise<void> {
  const { name, fields } = account;
  const { bucket, key, region, assume_role: role, use_path_style: forcePathStyle } = state;
  const deployRole = deployRoleOf(account);
  const isDeployRole =
    deployRole &&
    state.profile === fields.profile &&
    isDeepStrictEqual({ external_id: undefined, ...role }, deployRole);
  const credentials = isDeployRole ? ofDeployRole : role && (await assume(state, role, "state.assume_role.role_arn"));
  const s3 = new S3Client({ ...clientSettings(state), forcePathStyle, ...(credentials && { credentials }) });
  const owner = role && parseArn(role.role_arn).accountId;
  try {
    // The S3 backend needs this request too. A policy may allow it for this key only.
    await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1, ExpectedBucketOwner: owner }));
  } catch (error) {
    switch (answered(error) ? error.$metadata?.httpStatusCode : undefined) {
      case 404:
        throw new Wrong(
          `The state bucket ${bucket} does not exist. Create it with npm run bootstrap -- ${name}, or correct state.bucket.`,
        );
      case 403:
        throw new Wrong(
          `The state bucket ${bucket} belongs to another account${owner ? ` than ${owner}` : ""}, or ` +
            `${role?.role_arn ?? "the caller"} lacks s3:ListBucket on it. Correct state.bucket, or the policy of the role.`,
        );
      case 301:
        throw new Wrong(`The state bucket ${bucket} is not in ${region}. Correct state.region.`);
      default:
        throw error;
    }
  }
}

/** A role or policy that the plan would create, but that exists already. */
export interface Existing {
  /** Address of the resource in the root module. */
  readonly address: string;
  /** Its ID for `terraform import`. */
  readonly id: string;
}

/**
 * Returns the role and policies that a plan would create, but that exist already.
 * @param created - addresses of the resources that the plan would create
 */
export async function existing(account: Account, created: readonly string[]): Promise<Existing[]> {
  const { identity, attached, granted } = account.serviceRole;
  const policies = [...attached, ...granted]
    .filter(({ document }) => document !== undefined)
    .map(({ field: [feature, key = "this"], arn }) => ({
      address: `aws_iam_policy.${feature}[${JSON.stringify(key)}]`,
      id: arn,
      command: () => new GetPolicyCommand({ PolicyArn: arn }),
    }));
  const role = {
    address: "aws_iam_role.this",
    id: identity.name,
    command: () => new GetRoleCommand({ RoleName: identity.name }),
  };
  const wanted = [role, ...policies].filter(({ address }) => created.includes(address));
  if (!wanted.includes(role)) return [];
  try {
    const iam = new IAMClient({ ...clientSettings(account.fields), ...(await credentialsOf(account)) });
    const there = await Promise.all(
      wanted.map(({ command }) =>
        // Only the existence matters, so both commands have the same type here.
        iam.send(command() as GetRoleCommand).then(
          () => true,
          () => false,
        ),
      ),
    );
    return wanted.filter((_, n) => there[n]).map(({ address, id }) => ({ address, id }));
  } catch {
    // If it exists, Terraform reports it.
    return [];
  }
}
