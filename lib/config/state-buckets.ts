import { partitionOf } from "../aws/partitions";
import { BUCKET_POLICY_SIZE, type StateAccess, stateBucketPolicy } from "../aws/state-bucket-policy";
import { type Fault, InvalidInputError } from "../input/errors";
import type { Camel } from "../input/names";
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

/** What an account says of the bucket of its state. */
interface User {
  readonly account: string;
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly kmsKeyId: string | undefined;
  readonly roleArn: string | undefined;
}

function usersOf(fleet: Fleet): User[] {
  return [...fleet].flatMap(([account, { region, state }]) => {
    if (state.backend !== "s3") return [];
    const { bucket, key, kmsKeyId, assumeRole } = state;
    return { account, bucket, key, region: state.region ?? region, kmsKeyId, roleArn: assumeRole?.roleArn };
  });
}

function readBucket(
  name: string,
  users: readonly [User, ...User[]],
  fleet: Fleet,
  report: (fault: Fault) => void,
): StateBucket | undefined {
  const [first] = users;
  const { region, kmsKeyId } = first;
  const partition = partitionOf(region) as string;
  const account = users.find(({ roleArn }) => roleArn)?.roleArn?.split(":")[4];
  for (const user of users) {
    const place = { account: user.account, code: "state_bucket" };
    const sameAsFirst = (field: "region" | "kmsKeyId", written: string) => {
      if (user[field] === first[field]) return;
      const rule = `must be what ${first.account} says of the same bucket ${name}: ${first[field] ?? "none"}.`;
      report({
        ...place,
        field: written,
        value: user[field] ?? "none",
        rule,
        fix: `Make the two alike, or: ${OWN_BUCKET}.`,
      });
    };
    sameAsFirst("region", "state.region");
    sameAsFirst("kmsKeyId", "state.kms_key_id");
    if (user.roleArn === undefined) {
      report({
        ...place,
        field: "state.assume_role",
        rule: "must be there: without it whoever calls reaches the state, and the bucket's policy must name who may.",
        fix: "Set state.assume_role.role_arn, for example to the deploy role.",
      });
    } else if (!user.roleArn.startsWith(`arn:${partition}:iam::${account}:`)) {
      report({
        ...place,
        field: "state.assume_role.role_arn",
        value: user.roleArn,
        rule: `must be a role of the account that the bucket ${name} is in, as all that reach it: arn:${partition}:iam::${account}:role/….`,
        fix: `${OWN_BUCKET}, or name a role of that account.`,
      });
    }
    if (user.key === BUCKET_STATE_KEY) {
      const rule = "must not be the key of the state that the bucket itself has.";
      report({ ...place, field: "state.key", value: user.key, rule, fix: "Choose another key." });
    }
  }
  if (account === undefined) return undefined;

  const place = { account: first.account, code: "state_bucket" };
  const found = [...fleet].find(([, { id, region }]) => id === account && partitionOf(region) === partition);
  if (!found) {
    report({
      ...place,
      field: "state.assume_role.role_arn",
      value: first.roleArn,
      rule: `must be a role of an account of this file: the bucket ${name} is made there, by its deploy_role_arn.`,
      fix: `Add the account ${account} to the file, or name a role of this account.`,
    });
    return undefined;
  }
  const [ownerName, { deployRoleArn, ...owner }] = found;
  if (deployRoleArn === undefined) {
    report({
      account: ownerName,
      code: "state_bucket",
      field: "deploy_role_arn",
      rule: `must be there: it makes the bucket ${name}, whose policy keeps out whom it does not name.`,
      fix: "Name the role that Terraform assumes in the account.",
    });
    return undefined;
  }
  const states = [
    ...users.flatMap(({ key, roleArn }) => (roleArn === undefined ? [] : { key, roleArn })),
    { key: BUCKET_STATE_KEY, roleArn: deployRoleArn },
  ];
  const size = JSON.stringify(stateBucketPolicy({ partition, bucket: name, deployRoleArn, states })).length;
  if (size > BUCKET_POLICY_SIZE) {
    report({
      ...place,
      field: "state.bucket",
      value: name,
      rule: `must have a policy of at most ${BUCKET_POLICY_SIZE} bytes; the ${users.length} accounts that share it make one of ${size}.`,
      fix: `${OWN_BUCKET}.`,
      page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    });
  }
  return { name, region, ...(kmsKeyId !== undefined && { kmsKeyId }), owner: { ...owner, deployRoleArn }, states };
}
