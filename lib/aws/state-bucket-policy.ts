import type { Condition } from "./policy-document";

/** One Terraform state in a bucket, and the one role that reads and writes it. */
export interface StateAccess {
  /** ARN of the role, with its path. */
  readonly roleArn: string;
  /** Key of the state; its lock is `<key>.tflock`. */
  readonly key: string;
}

export interface StateBucketAccess {
  readonly partition: string;
  readonly bucket: string;
  /** ARNs of the roles that create the bucket and change its settings: today's, and a former one while it is replaced. */
  readonly setupRoleArns: readonly string[];
  /** Key of the bucket's own state, which the setup roles read and write. */
  readonly ownKey: string;
  /** The accounts' states. */
  readonly states: readonly StateAccess[];
}

interface Denied {
  readonly Action?: string;
  readonly NotAction?: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
}

/**
 * Longest policy of a bucket, in bytes.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export const BUCKET_POLICY_SIZE = 20_480;

function deny(Sid: string, denied: Denied, Condition?: Condition) {
  return { Sid, Effect: "Deny", Principal: "*", ...denied, ...(Condition && { Condition }) };
}

/** What Terraform does with a state and its lock; an earlier version is read to go back to it. */
const OBJECT_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"];

/**
 * The policy of a bucket of states. It allows nothing: all roles are of the bucket's own account, and their own policies allow what
 * they may do. It denies
 *
 * - every request without TLS,
 * - every principal but the roles that are named, administrators of the account among them,
 * - each role the states of the others; one role that has all the states gets one pattern,
 * - every action on objects that Terraform does not need: no role deletes a state or one of its versions; only a lock is deleted,
 * - every action on the bucket itself but to list it, to all but the setup roles.
 *
 * A setup role can remove the policy, and then delete everything. So can the account's root user, whom S3 never locks out.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
 */
export function stateBucketPolicy({ partition, bucket, setupRoleArns, ownKey, states }: StateBucketAccess) {
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = `${bucketArn}/*`;
  const withLocks = (keys: readonly string[]) => keys.flatMap((key) => [key, `${key}.tflock`]);
  const objectsAt = (keys: readonly string[]) => withLocks(keys).map((key) => `${bucketArn}/${key}`);
  const stateRoles = new Set(states.map(({ roleArn }) => roleArn));
  const ofOneRole = stateRoles.size === 1;
  const roles = [...new Set([...setupRoleArns, ...stateRoles])];
  const everything = { Action: "s3:*", Resource: [bucketArn, objects] };
  const ownStatesOnly = (role: string, index: number) => {
    const keys = states.filter(({ roleArn }) => roleArn === role).map(({ key }) => key);
    const own = setupRoleArns.includes(role) ? [ownKey] : [];
    return deny(
      `OwnStatesOnly${index + 1}`,
      {
        Action: "s3:*",
        NotResource: [bucketArn, ...objectsAt([...(ofOneRole ? patternOf(keys) : keys), ...own])],
      },
      { ArnEquals: { "aws:PrincipalArn": role } },
    );
  };
  const notSetup = { ArnNotEquals: { "aws:PrincipalArn": setupRoleArns } };
  return {
    Version: "2012-10-17",
    Statement: [
      deny("TlsOnly", everything, { Bool: { "aws:SecureTransport": "false" } }),
      deny("TheseRolesOnly", everything, { ArnNotEquals: { "aws:PrincipalArn": roles } }),
      ...roles.map(ownStatesOnly),
      deny("ReadAndWriteOnly", { NotAction: OBJECT_ACTIONS, Resource: objects }),
      deny("StatesStay", { Action: "s3:DeleteObject", NotResource: `${objects}.tflock` }),
      deny("SettingsBySetupRole", { NotAction: ["s3:ListBucket"], Resource: bucketArn }, notSetup),
      // The pattern may match it.
      ...(ofOneRole ? [deny("OwnStateBySetupRole", { Action: "s3:*", Resource: objectsAt([ownKey]) }, notSetup)] : []),
    ],
  };
}

/** What many keys have in common at both ends, with `*` between; one key or none stays as it is. */
function patternOf(keys: readonly string[]): readonly string[] {
  const [first = "", ...others] = keys;
  if (others.length === 0) return keys;
  const shared = (least: number, matches: (key: string, length: number) => boolean) => {
    let length = 0;
    while (length < least && others.every((key) => matches(key, length + 1))) length++;
    return length;
  };
  const shortest = Math.min(...keys.map(({ length }) => length));
  const start = shared(shortest, (key, length) => key.startsWith(first.slice(0, length)));
  const end = shared(shortest - start, (key, length) => key.endsWith(first.slice(first.length - length)));
  return [`${first.slice(0, start)}*${first.slice(first.length - end)}`];
}
