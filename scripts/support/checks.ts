import { existsSync, readdirSync } from "node:fs";
import { GetPolicyCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, type Credentials, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import pLimit from "p-limit";
import { parseArn } from "../../lib/aws/arn";
import type { Account } from "../../lib/config/account";
import { backendOf, stateInS3 } from "../../lib/config/backends";

// The SDK would warn of Node 20's age.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** Accounts asked for at one time: each is two or three requests. */
const AT_ONCE = 16;

/** What a check found. */
export interface Checked {
  /** What is wrong, and the command or field that mends it. @default - nothing */
  readonly error?: string;
  /** What could not be asked. @default - nothing */
  readonly warning?: string;
}

const SESSION = "ssm-hybrid-service-role";

/** What AWS says of a request that it refused, or what kept the request from AWS. */
interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether AWS answered at all: a proxy or a certificate that only Terraform knows of must not stop a deployment. */
function answered(error: unknown): error is AwsError {
  return (error as AwsError).$metadata?.httpStatusCode !== undefined;
}

function lacksCredentials(error: unknown): boolean {
  const { name } = error as Error;
  return name === "CredentialsProviderError" || name === "TokenProviderError";
}

const NO_CREDENTIALS =
  "There are no AWS credentials, or they have expired. Sign in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID with " +
  "AWS_SECRET_ACCESS_KEY: https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html";
const RUNS_THERE = "AWS was not asked: its runs may be on the state's server, with credentials of their own.";
const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"];

/** Checks accounts against AWS before Terraform starts: the credentials, the account, the deploy role, the bucket of the state. */
export async function checkAccounts(
  accounts: readonly Account[],
  rootOf: (account: string) => string,
  signal: AbortSignal,
): Promise<Map<string, Checked>> {
  const limit = pLimit(AT_ONCE);
  const callers = new Map<string, Promise<string>>();
  /** The account of the caller's own credentials, asked once in each region. */
  const caller = (region: string) => {
    const known = callers.get(region) ?? callerOf(region);
    callers.set(region, known);
    return known;
  };
  const checked = await limit.map([...accounts], async (account) => {
    const found = signal.aborted ? {} : await check(account, rootOf(account.name), caller).catch(failure);
    return [account.name, found] as const;
  });
  return new Map(checked);
}

function failure(error: unknown): Checked {
  if (error instanceof Wrong) return { error: error.message };
  if (lacksCredentials(error)) return { error: NO_CREDENTIALS };
  const { name, message } = error as Error;
  if (EXPIRED.includes(name)) return { error: `${NO_CREDENTIALS} (AWS says: ${name}: ${message})` };
  if (answered(error)) return { error: `AWS refuses the check: ${name}: ${message}` };
  return { warning: `AWS could not be asked before Terraform starts: ${name}: ${message}` };
}

class Wrong extends Error {}

async function check(account: Account, root: string, caller: (region: string) => Promise<string>): Promise<Checked> {
  refuseVariableFiles(root);
  if (backendOf(account.fields.state.backend).runsThere) return { warning: RUNS_THERE };
  const { id, region, deploy_role_arn: deployRole } = account.fields;
  const { credentials } = await credentialsOf(account);
  if (deployRole === undefined) {
    const own = await caller(region);
    if (own !== id) {
      throw new Wrong(
        `The credentials are those of account ${own}, and the file says id: "${id}". Use credentials of ${id}, or name a role of ` +
          `that account in deploy_role_arn: arn:${account.serviceRole.identity.partition}:iam::${id}:role/…`,
      );
    }
  }
  await checkBucket(account, credentials);
  return {};
}

/** Files that Terraform would take by itself, and that the report would not show. */
function refuseVariableFiles(root: string): void {
  const files = existsSync(root) ? readdirSync(root) : [];
  const taken = files.filter((name) => /^terraform\.tfvars(\.json)?$|\.auto\.tfvars(\.json)?$/.test(name));
  if (taken.length === 0) return;
  throw new Wrong(
    `${root} holds ${taken.join(" and ")}, which Terraform would take instead of what the file of accounts says. Remove it, and ` +
      "write the entries into the file of accounts.",
  );
}

async function callerOf(region: string): Promise<string> {
  const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  return String(Account);
}

/** What assumes roles and what is assumed, as AWS names them. */
async function assume(region: string, roleArn: string, externalId: string | undefined, field: string): Promise<Own> {
  const sts = new STSClient({ region });
  try {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: SESSION, ExternalId: externalId });
    return own((await sts.send(command)).Credentials);
  } catch (error) {
    if (!answered(error) || lacksCredentials(error) || EXPIRED.includes(error.name)) throw error;
    const { Arn } = await sts.send(new GetCallerIdentityCommand({})).catch(() => ({ Arn: undefined }));
    throw new Wrong(
      `The role ${roleArn} cannot be assumed${Arn ? ` by ${Arn}` : ""} (${error.name}: ${error.message}). Correct ${field}, or allow ` +
        `sts:AssumeRole to the caller in the trust policy of the role${externalId ? ", with this external_id" : ""}.`,
    );
  }
}

interface Own {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

function own(credentials: Credentials | undefined): Own {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Credentials in an account: those of its deploy role. @default - the caller's own */
async function credentialsOf({ fields }: Account): Promise<{ credentials?: Own }> {
  const { region, deploy_role_arn: deployRole, external_id: externalId } = fields;
  if (deployRole === undefined) return {};
  return { credentials: await assume(region, deployRole, externalId, "deploy_role_arn") };
}

/**
 * Whether the bucket of the state is there, and is the account's whose role reaches it.
 * @param ofDeployRole - credentials of the deploy role, which may be the role of the state too. @default - there is no deploy role
 */
async function checkBucket({ name, fields }: Account, ofDeployRole: Own | undefined): Promise<void> {
  const state = stateInS3(fields);
  if (!state) return;
  const { bucket, key, region, assume_role: role, use_path_style: forcePathStyle } = state;
  const isDeployRole = role?.role_arn === fields.deploy_role_arn && role?.external_id === fields.external_id;
  const credentials = isDeployRole
    ? ofDeployRole
    : role && (await assume(region, role.role_arn, role.external_id, "state.assume_role.role_arn"));
  const s3 = new S3Client({ region, forcePathStyle, ...(credentials && { credentials }) });
  const owner = role && parseArn(role.role_arn).accountId;
  try {
    // What the S3 backend needs itself, and a policy may allow for this key alone.
    await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1, ExpectedBucketOwner: owner }));
  } catch (error) {
    switch (answered(error) ? error.$metadata?.httpStatusCode : undefined) {
      case 404:
        throw new Wrong(
          `The bucket ${bucket} of the state does not exist. Make it with npm run bootstrap -- ${name}, or correct state.bucket.`,
        );
      case 403:
        throw new Wrong(
          `The bucket ${bucket} of the state is ${owner ? `not account ${owner}'s` : "another account's"}, or ` +
            `${role?.role_arn ?? "the caller"} lacks s3:ListBucket on it. Correct state.bucket, or the policy of the role.`,
        );
      case 301:
        throw new Wrong(`The bucket ${bucket} of the state is not in ${region}. Correct state.region.`);
      default:
        throw error;
    }
  }
}

/** A role or policy that the plan would make and that is there already. */
export interface Existing {
  /** Address of the resource in the root module. */
  readonly address: string;
  /** What `terraform import` knows it by. */
  readonly id: string;
}

/**
 * The role and the policies of an account that are there already, of those that a plan would make.
 * @param created - addresses of the resources that the plan would make
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
    const iam = new IAMClient({ region: account.fields.region, ...(await credentialsOf(account)) });
    const there = await Promise.all(
      wanted.map(({ command }) =>
        // The two commands have one kind of answer here: whether there is one.
        iam.send(command() as GetRoleCommand).then(
          () => true,
          () => false,
        ),
      ),
    );
    return wanted.filter((_, n) => there[n]).map(({ address, id }) => ({ address, id }));
  } catch {
    // Terraform will say it, if it is so.
    return [];
  }
}
