import { planRoleArn } from "./arn";
import type { Condition } from "./policy-document";

/** A Terraform state in a bucket, and the only role that reads and writes it. */
export interface StateAccess {
  /** ARN of the role, including its path. */
  readonly roleArn: string;
  /** Key of the state; its lock is `<key>.tflock`. */
  readonly key: string;
}

export interface StateBucketAccess {
  readonly partition: string;
  readonly bucket: string;
  /** ARNs of the roles that create the bucket and change its settings: the current role, and its predecessor during a change. */
  readonly setupRoleArns: readonly string[];
  /** Key of the bucket's own state, which the setup roles read and write. */
  readonly ownKey: string;
  /** States of the accounts. */
  readonly states: readonly StateAccess[];
}

interface Denied {
  readonly Action?: string;
  readonly NotAction?: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
}

/**
 * Maximum size of a bucket policy, in bytes.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export const BUCKET_POLICY_SIZE = 20_480;

function deny(Sid: string, denied: Denied, Condition?: Condition) {
  return { Sid, Effect: "Deny", Principal: "*", ...denied, ...(Condition && { Condition }) };
}

/** Actions of Terraform on a state and its lock. Restoring an earlier version requires reading it. */
const OBJECT_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"];

/**
 * Returns the policy of a bucket for states. It allows nothing: all roles are in the bucket's account, and their own policies allow
 * their actions. It denies:
 *
 * - every request without TLS
 * - every principal except the listed roles and the read-only role of each state role; this includes administrators of the account
 * - each role access to the states of the others; a single role with all states gets one pattern
 * - every action on objects that Terraform does not need: no role can delete a state or one of its versions, only a lock
 * - every action on the bucket itself except listing it, for all roles except the setup roles
 *
 * A setup role can remove the policy and then delete everything. So can the account's root user, which S3 never locks out.
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
  // Their own policies do not allow them to write.
  const planRoles = [...stateRoles].map(planRoleArn);
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
      { ArnEquals: { "aws:PrincipalArn": stateRoles.has(role) ? [role, planRoleArn(role)] : role } },
    );
  };
  const notSetup = { ArnNotEquals: { "aws:PrincipalArn": setupRoleArns } };
  return {
    Version: "2012-10-17",
    Statement: [
      deny("TlsOnly", everything, { Bool: { "aws:SecureTransport": "false" } }),
      deny("TheseRolesOnly", everything, { ArnNotEquals: { "aws:PrincipalArn": [...roles, ...planRoles] } }),
      ...roles.map(ownStatesOnly),
      deny("ReadAndWriteOnly", { NotAction: OBJECT_ACTIONS, Resource: objects }),
      deny("StatesStay", { Action: "s3:DeleteObject", NotResource: `${objects}.tflock` }),
      deny("SettingsBySetupRole", { NotAction: ["s3:ListBucket"], Resource: bucketArn }, notSetup),
      // The pattern may match the bucket's own state.
      ...(ofOneRole ? [deny("OwnStateBySetupRole", { Action: "s3:*", Resource: objectsAt([ownKey]) }, notSetup)] : []),
    ],
  };
}

/** Returns the common prefix and suffix of several keys with `*` in between. Returns one key or none unchanged. */
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
