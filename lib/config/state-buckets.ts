import { parseArn } from "../aws/arn";
import { partitionOf } from "../aws/partitions";
import { BUCKET_POLICY_SIZE, type StateAccess, stateBucketPolicy } from "../aws/state-bucket-policy";
import { type InputError, InvalidInputError } from "../input/errors";
import { S3_LOCK, type S3State, stateInS3 } from "./backends";
import type { Accounts } from "./fleet";
import type { AccountFields } from "./schema";

/** An S3 bucket that keeps the state files of accounts. */
export interface StateBucket {
  readonly name: string;
  readonly region: string;
  /** KMS key of its encryption. @default - S3's own key */
  readonly kmsKeyId?: string;
  /** The account that the bucket is in; its `deploy_role_arn` is here the role that makes the bucket. */
  readonly owner: AccountFields & { readonly deploy_role_arn: string };
  /** The accounts' states in the bucket. */
  readonly states: readonly StateAccess[];
  /** The policy of the bucket. @param also - ARN of a setup role besides the file's: a former one. @default - the file's alone */
  policy(also?: string): ReturnType<typeof stateBucketPolicy>;
}

/** Key of the state of the bucket itself, which is kept in it too. */
export const BUCKET_STATE_KEY = "ssm-hybrid-service-role/state-bucket.tfstate";

const OWN_BUCKET = "Give each account a bucket of its own, with {account_id} in state.bucket";

/** An account whose state is in a bucket. */
interface User extends S3State {
  readonly account: string;
}

/** What all accounts that share a bucket must say alike. */
const SHARED = ["region", "kms_key_id", "bootstrap_role_arn"] as const;

/** Adds an error of one account. */
type Tell = (error: Omit<InputError, "code" | "file"> & { readonly account: string }) => void;

/**
 * The buckets that keep the states of accounts, each once. A bucket is in the account of the roles that reach it: the
 * `state.assume_role.role_arn` of every account that names the bucket.
 * @param names - accounts whose state is in S3
 * @param file - the name to show in errors
 * @throws InvalidInputError with every error
 */
export function stateBuckets(accounts: Accounts, names: readonly string[], file: string): StateBucket[] {
  const errors: InputError[] = [];
  const users = [...accounts].flatMap(([account, { fields }]): User[] => {
    const state = stateInS3(fields);
    return state ? [{ account, ...state }] : [];
  });
  // Two partitions may each have a bucket of one name.
  const place = ({ bucket, region }: User) => `${partitionOf(region)} ${bucket}`;
  const wanted = new Set(users.filter(({ account }) => names.includes(account)).map(place));
  const buckets = [...wanted].flatMap((one) => {
    const ofBucket = users.filter((user) => place(user) === one);
    return readBucket(ofBucket, accounts, (error) => errors.push({ file, code: "state_bucket", ...error })) ?? [];
  });
  if (errors.length > 0) throw new InvalidInputError(errors);
  return buckets;
}

function readBucket(users: readonly User[], accounts: Accounts, tell: Tell): StateBucket | undefined {
  // There is a bucket only where an account names it.
  const first = users[0] as User;
  const { bucket: name, region, kms_key_id: kmsKeyId } = first;
  // The schema has checked the region.
  const partition = partitionOf(region) as string;
  const [accountId] = users.flatMap(({ assume_role: role }) => (role ? parseArn(role.role_arn).accountId : []));
  for (const user of users) checkUser(user, first, `arn:${partition}:iam::${accountId}:`, tell);
  const owner = accountId === undefined ? undefined : ownerOf(first, accountId, accounts, tell);
  if (!owner) return undefined;
  const states = users.flatMap(({ key, assume_role: role }) => (role ? { key, roleArn: role.role_arn } : []));
  const setupRole = owner.deploy_role_arn;
  const access = { partition, bucket: name, ownKey: BUCKET_STATE_KEY, states };
  const policy = (also = setupRole) => stateBucketPolicy({ ...access, setupRoleArns: [...new Set([setupRole, also])] });
  const size = JSON.stringify(policy()).length;
  if (size > BUCKET_POLICY_SIZE) {
    tell({
      account: first.account,
      field: "state.bucket",
      value: name,
      rule: `must have a policy of at most ${BUCKET_POLICY_SIZE} bytes; the ${users.length} accounts that share it make one of ${size}.`,
      fix: `Let one role read and write all states, in state.assume_role.role_arn: then one pattern is enough. Or: ${OWN_BUCKET}.`,
      page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    });
  }
  return { name, region, ...(kmsKeyId !== undefined && { kmsKeyId }), owner, states, policy };
}

/**
 * Checks one account against the first that names the bucket.
 * @param prefix - of the ARN of every role that reaches the bucket
 */
function checkUser(user: User, first: User, prefix: string, tell: Tell): void {
  const { account, bucket, key } = user;
  for (const name of SHARED) {
    if (user[name] === first[name]) continue;
    const rule = `must be the same as for ${first.account}, which has the same bucket ${bucket}: ${first[name] ?? "none"}.`;
    const fix = `Use the same value, or: ${OWN_BUCKET}.`;
    tell({ account, field: `state.${name}`, value: user[name] ?? "none", rule, fix });
  }
  const roleArn = user.assume_role?.role_arn;
  if (roleArn === undefined) {
    tell({
      account,
      field: "state.assume_role",
      rule: "is required: the bucket policy must name the role that reads and writes the state file.",
      fix: "Set state.assume_role.role_arn, for example to the deploy role.",
    });
  } else if (!roleArn.startsWith(prefix)) {
    const rule = `must be a role of the account that the bucket ${bucket} is in: ${prefix}role/….`;
    const fix = `${OWN_BUCKET}, or name a role of that account.`;
    tell({ account, field: "state.assume_role.role_arn", value: roleArn, rule, fix });
  }
  const { bootstrap_role_arn: bootstrapRole } = user;
  if (bootstrapRole !== undefined && user === first && !bootstrapRole.startsWith(prefix)) {
    const rule = `must be a role of the account that the bucket ${bucket} is in: ${prefix}role/….`;
    tell({
      account,
      field: "state.bootstrap_role_arn",
      value: bootstrapRole,
      rule,
      fix: "Name a role of that account.",
    });
  }
  if (key === BUCKET_STATE_KEY || key === `${BUCKET_STATE_KEY}${S3_LOCK}`) {
    const rule = "must not be the key of the state that the bucket itself has, or of its lock.";
    tell({ account, field: "state.key", value: key, rule, fix: "Choose another key." });
  }
}

/** The account that the bucket is in, which must be in the file and have a deploy role. */
function ownerOf(
  { account, bucket, region, assume_role: role, bootstrap_role_arn: bootstrapRole }: User,
  accountId: string,
  accounts: Accounts,
  tell: Tell,
): StateBucket["owner"] | undefined {
  const partition = partitionOf(region);
  const owner = [...accounts.values()].find(
    ({ serviceRole: { identity } }) => identity.accountId === accountId && identity.partition === partition,
  );
  if (!owner) {
    const rule = `must be a role of an account of this file, in which the bucket ${bucket} is created.`;
    const fix = `Add the account ${accountId} to the file, or name a role of this account.`;
    tell({ account, field: "state.assume_role.role_arn", value: role?.role_arn, rule, fix });
    return undefined;
  }
  const deploy_role_arn = bootstrapRole ?? owner.fields.deploy_role_arn;
  if (deploy_role_arn !== undefined) return { ...owner.fields, deploy_role_arn };
  tell({
    account: owner.name,
    field: "deploy_role_arn",
    rule: `is required: this role creates the bucket ${bucket}, whose policy denies every role that it does not name.`,
    fix: "Name the role that Terraform assumes in the account, or set state.bootstrap_role_arn.",
  });
  return undefined;
}
