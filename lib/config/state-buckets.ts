import { parseArn } from "../aws/arn";
import { partitionOf } from "../aws/partitions";
import { BUCKET_POLICY_SIZE, type StateAccess, stateBucketPolicy } from "../aws/state-bucket-policy";
import { type InputError, InvalidInputError } from "../input/errors";
import { S3_LOCK, type S3State, stateInS3 } from "./backends";
import type { Accounts } from "./fleet";
import type { AccountFields } from "./schema";

/** An S3 bucket for the state files of accounts. */
export interface StateBucket {
  readonly name: string;
  readonly region: string;
  /** KMS key that encrypts the bucket. @default - S3's own key */
  readonly kmsKeyId?: string;
  /** Account that contains the bucket. Here, its `deploy_role_arn` is the role that creates the bucket. */
  readonly owner: AccountFields & { readonly deploy_role_arn: string };
  /** States of the accounts in the bucket. */
  readonly states: readonly StateAccess[];
  /** Returns the bucket policy. @param also - ARN of a former setup role, in addition to the file's. @default - only the file's */
  policy(also?: string): ReturnType<typeof stateBucketPolicy>;
}

/** Key of the bucket's own state, which is also in the bucket. */
export const BUCKET_STATE_KEY = "ssm-hybrid-service-role/state-bucket.tfstate";

const OWN_BUCKET = "use a separate bucket for each account, with {account_id} in state.bucket";

/** An account whose state is in a bucket. */
interface User extends S3State {
  readonly account: string;
}

/** Fields that must have the same value in all accounts that share a bucket. */
const SHARED = ["region", "kms_key_id", "bootstrap_role_arn"] as const;

/** Adds an error of one account. */
type AddError = (error: Omit<InputError, "code" | "file"> & { readonly account: string }) => void;

/**
 * Returns the buckets for the states of accounts, each once. A bucket is in the account of the roles that access it: the
 * `state.assume_role.role_arn` of every account that uses the bucket.
 * @param names - accounts whose state is in S3
 * @param file - file name to show in errors
 * @throws InvalidInputError with every error
 */
export function stateBuckets(accounts: Accounts, names: readonly string[], file: string): StateBucket[] {
  const errors: InputError[] = [];
  const users = [...accounts].flatMap(([account, { fields }]): User[] => {
    const state = stateInS3(fields);
    return state ? [{ account, ...state }] : [];
  });
  // Two partitions can each have a bucket with the same name.
  const place = ({ bucket, region }: User) => `${partitionOf(region)} ${bucket}`;
  const wanted = new Set(users.filter(({ account }) => names.includes(account)).map(place));
  const buckets = [...wanted].flatMap((one) => {
    const ofBucket = users.filter((user) => place(user) === one);
    return readBucket(ofBucket, accounts, (error) => errors.push({ file, code: "state_bucket", ...error })) ?? [];
  });
  if (errors.length > 0) throw new InvalidInputError(errors);
  return buckets;
}

function readBucket(users: readonly User[], accounts: Accounts, addError: AddError): StateBucket | undefined {
  // Every bucket is used by at least one account.
  const first = users[0] as User;
  const { bucket: name, region, kms_key_id: kmsKeyId } = first;
  // The schema has checked the region.
  const partition = partitionOf(region) as string;
  const [accountId] = users.flatMap(({ assume_role: role }) => (role ? parseArn(role.role_arn).accountId : []));
  for (const user of users) checkUser(user, first, `arn:${partition}:iam::${accountId}:`, addError);
  const owner = accountId === undefined ? undefined : ownerOf(first, accountId, accounts, addError);
  if (!owner) return undefined;
  const states = users.flatMap(({ key, assume_role: role }) => (role ? { key, roleArn: role.role_arn } : []));
  const setupRole = owner.deploy_role_arn;
  const access = { partition, bucket: name, ownKey: BUCKET_STATE_KEY, states };
  const policy = (also = setupRole) => stateBucketPolicy({ ...access, setupRoleArns: [...new Set([setupRole, also])] });
  const size = JSON.stringify(policy()).length;
  if (size > BUCKET_POLICY_SIZE) {
    addError({
      account: first.account,
      field: "state.bucket",
      value: name,
      rule: `must have a policy of at most ${BUCKET_POLICY_SIZE} bytes; the policy for the ${users.length} accounts that share it has ${size}.`,
      fix: `Use one role for all states, in state.assume_role.role_arn, so that one pattern is enough, or ${OWN_BUCKET}.`,
      page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    });
  }
  return { name, region, ...(kmsKeyId !== undefined && { kmsKeyId }), owner, states, policy };
}

/**
 * Checks an account against the first account that uses the bucket.
 * @param prefix - prefix of the ARN of every role that accesses the bucket
 */
function checkUser(user: User, first: User, prefix: string, addError: AddError): void {
  const { account, bucket, key } = user;
  for (const name of SHARED) {
    if (user[name] === first[name]) continue;
    const rule = `must be the same as for ${first.account}, which uses the same bucket ${bucket}: ${first[name] ?? "none"}.`;
    const fix = `Use the same value, or ${OWN_BUCKET}.`;
    addError({ account, field: `state.${name}`, value: user[name] ?? "none", rule, fix });
  }
  const roleArn = user.assume_role?.role_arn;
  if (roleArn === undefined) {
    addError({
      account,
      field: "state.assume_role",
      rule: "is required: the bucket policy must list the role that reads and writes the state file.",
      fix: "Set state.assume_role.role_arn, for example to the deploy role.",
    });
  } else if (!roleArn.startsWith(prefix)) {
    const rule = `must be a role of the account that contains the bucket ${bucket}: ${prefix}role/….`;
    const fix = `Specify a role of that account, or ${OWN_BUCKET}.`;
    addError({ account, field: "state.assume_role.role_arn", value: roleArn, rule, fix });
  }
  const { bootstrap_role_arn: bootstrapRole } = user;
  if (bootstrapRole !== undefined && user === first && !bootstrapRole.startsWith(prefix)) {
    const rule = `must be a role of the account that contains the bucket ${bucket}: ${prefix}role/….`;
    addError({
      account,
      field: "state.bootstrap_role_arn",
      value: bootstrapRole,
      rule,
      fix: "Specify a role of that account.",
    });
  }
  if (key === BUCKET_STATE_KEY || key === `${BUCKET_STATE_KEY}${S3_LOCK}`) {
    const rule = "must not be the key of the bucket's own state, or of its lock.";
    addError({ account, field: "state.key", value: key, rule, fix: "Choose another key." });
  }
}

/** Returns the account that contains the bucket. It must be in the file and have a deploy role. */
function ownerOf(
  { account, bucket, region, assume_role: role, bootstrap_role_arn: bootstrapRole }: User,
  accountId: string,
  accounts: Accounts,
  addError: AddError,
): StateBucket["owner"] | undefined {
  const partition = partitionOf(region);
  const owner = [...accounts.values()].find(
    ({ serviceRole: { identity } }) => identity.accountId === accountId && identity.partition === partition,
  );
  if (!owner) {
    const rule = `must be a role of an account in this file: the bucket ${bucket} is created in that account.`;
    const fix = `Add the account ${accountId} to the file, or specify a role of this account.`;
    addError({ account, field: "state.assume_role.role_arn", value: role?.role_arn, rule, fix });
    return undefined;
  }
  const deploy_role_arn = bootstrapRole ?? owner.fields.deploy_role_arn;
  if (deploy_role_arn !== undefined) return { ...owner.fields, deploy_role_arn };
  addError({
    account: owner.name,
    field: "deploy_role_arn",
    rule: `is required: this role creates the bucket ${bucket}, whose policy denies access to every role that it does not list.`,
    fix: "Set it to the role that Terraform assumes in the account, or set state.bootstrap_role_arn.",
  });
  return undefined;
}
