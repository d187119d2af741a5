import { partitionOf } from "../aws/partitions";
import { BUCKET_POLICY_SIZE, type StateAccess, stateBucketPolicy } from "../aws/state-bucket-policy";
import { type Fault, InvalidInputError } from "../input/errors";
import type { Camel } from "../input/names";
import { type StateObject, stateObject } from "./backends";
import type { Fleet } from "./fleet";
import type { AccountFields } from "./schema";

/** A bucket for the states of accounts, as the file describes it. */
export interface StateBucket {
  readonly name: string;
  readonly region: string;
  /** KMS key of its encryption. @default - S3's own key */
  readonly kmsKeyId?: string;
  /** The account that it is in, and the role there that makes it. */
  readonly owner: Camel<AccountFields> & { readonly deployRoleArn: string };
  /** Every state in it, its own among them. */
  readonly states: readonly StateAccess[];
}

/** Key of the state of the bucket itself, which is kept in it too. */
export const BUCKET_STATE_KEY = "ssm-hybrid-service-role/state-bucket.tfstate";

const OWN_BUCKET = "Give each account a bucket of its own, with {account_id} in state.bucket";

/**
 * The buckets that keep the states of accounts, each once. A bucket is in the account of the roles that reach it, the
 * `state.assume_role.role_arn` of every account that names it; that account's entry says which role makes it.
 * @param names - accounts whose state is in S3
 * @param file - the name to show in faults
 * @throws InvalidInputError with every fault
 */
export function stateBuckets(fleet: Fleet, names: readonly string[], file: string): StateBucket[] {
  const faults: Fault[] = [];
  const users = usersOf(fleet);
  const wanted = new Set(users.filter(({ account }) => names.includes(account)).map(({ bucket }) => bucket));
  const buckets = [...wanted].flatMap((name) => {
    const ofBucket = users.filter(({ bucket }) => bucket === name) as [User, ...User[]];
    return readBucket(name, ofBucket, fleet, (fault) => faults.push({ file, ...fault })) ?? [];
  });
  if (faults.length > 0) throw new InvalidInputError(faults);
  return buckets;
}

/** An account whose state is in a bucket. */
interface User extends StateObject {
  readonly account: string;
}

function usersOf(fleet: Fleet): User[] {
  return [...fleet].flatMap(([name, account]) => {
    const object = stateObject(account);
    return object ? { account: name, ...object } : [];
  });
}

type Tell = (account: string, fault: Omit<Fault, "account" | "code">) => void;

function readBucket(
  name: string,
  users: readonly [User, ...User[]],
  fleet: Fleet,
  report: (fault: Fault) => void,
): StateBucket | undefined {
  const tell: Tell = (account, fault) => report({ account, code: "state_bucket", ...fault });
  const [first] = users;
  const { region, kmsKeyId } = first;
  const partition = partitionOf(region) as string;
  const accountId = users.find(({ roleArn }) => roleArn)?.roleArn?.split(":")[4];
  for (const user of users) {
    checkSame(user, first, tell);
    checkRoleArn(user, `arn:${partition}:iam::${accountId}:`, tell);
    if (user.key === BUCKET_STATE_KEY) {
      const rule = "must not be the key of the state that the bucket itself has.";
      tell(user.account, { field: "state.key", value: user.key, rule, fix: "Choose another key." });
    }
  }
  if (accountId === undefined) return undefined;
  const owner = ownerOf(first, accountId, fleet, tell);
  if (!owner) return undefined;
  const { deployRoleArn } = owner;
  const states = [
    ...users.flatMap(({ key, roleArn }) => (roleArn === undefined ? [] : { key, roleArn })),
    { key: BUCKET_STATE_KEY, roleArn: deployRoleArn },
  ];
  const size = JSON.stringify(stateBucketPolicy({ partition, bucket: name, deployRoleArn, states })).length;
  if (size > BUCKET_POLICY_SIZE) {
    tell(first.account, {
      field: "state.bucket",
      value: name,
      rule: `must have a policy of at most ${BUCKET_POLICY_SIZE} bytes; the ${users.length} accounts that share it make one of ${size}.`,
      fix: `${OWN_BUCKET}.`,
      page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    });
  }
  return { name, region, ...(kmsKeyId !== undefined && { kmsKeyId }), owner, states };
}

/** All that share a bucket say the same of it. */
function checkSame(user: User, first: User, tell: Tell): void {
  for (const [attribute, field] of [
    ["region", "state.region"],
    ["kmsKeyId", "state.kms_key_id"],
  ] as const) {
    if (user[attribute] === first[attribute]) continue;
    tell(user.account, {
      field,
      value: user[attribute] ?? "none",
      rule: `must be what ${first.account} says of the same bucket ${first.bucket}: ${first[attribute] ?? "none"}.`,
      fix: `Make the two alike, or: ${OWN_BUCKET}.`,
    });
  }
}

/** A role reaches the state, and it is in the bucket's account. */
function checkRoleArn({ account, bucket, roleArn }: User, prefix: string, tell: Tell): void {
  if (roleArn === undefined) {
    tell(account, {
      field: "state.assume_role",
      rule: "must be there: without it whoever calls reaches the state, and the bucket's policy must name who may.",
      fix: "Set state.assume_role.role_arn, for example to the deploy role.",
    });
  } else if (!roleArn.startsWith(prefix)) {
    tell(account, {
      field: "state.assume_role.role_arn",
      value: roleArn,
      rule: `must be a role of the account that the bucket ${bucket} is in, as all that reach it: ${prefix}role/….`,
      fix: `${OWN_BUCKET}, or name a role of that account.`,
    });
  }
}

/** The account that the bucket is in: the file has it, with the role that makes the bucket. */
function ownerOf(first: User, accountId: string, fleet: Fleet, tell: Tell): StateBucket["owner"] | undefined {
  const { account, bucket, roleArn } = first;
  const partition = partitionOf(first.region);
  const found = [...fleet].find(([, { id, region }]) => id === accountId && partitionOf(region) === partition);
  if (!found) {
    tell(account, {
      field: "state.assume_role.role_arn",
      value: roleArn,
      rule: `must be a role of an account of this file: the bucket ${bucket} is made there, by its deploy_role_arn.`,
      fix: `Add the account ${accountId} to the file, or name a role of this account.`,
    });
    return undefined;
  }
  const [name, { deployRoleArn, ...owner }] = found;
  if (deployRoleArn !== undefined) return { ...owner, deployRoleArn };
  tell(name, {
    field: "deploy_role_arn",
    rule: `must be there: it makes the bucket ${bucket}, whose policy keeps out whom it does not name.`,
    fix: "Name the role that Terraform assumes in the account.",
  });
  return undefined;
}
