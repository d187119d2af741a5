import { planRoleArn } from "./arn";
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
  /** ARN of the role that makes the bucket and changes its settings. */
  readonly deployRoleArn: string;
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

/** A role and the read-only role beside it, whose own policy does not let it write. */
function withPlanRole(role: string): string[] {
  return [role, planRoleArn(role)];
}

/** What Terraform does with a state and its lock; an earlier version is read to go back to it. */
const OBJECT_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"];

/**
 * The policy of a bucket of states. It opens nothing: all roles are of the bucket's own account, and what they may do stands in
 * their own policies. It denies
 *
 * - every request without TLS,
 * - everybody but the roles that are named and the read-only role beside each, administrators of the account among them,
 * - each role the states of the others,
 * - to do with objects what Terraform does not: the versions of a state stay, and so does the state; only a lock is deleted,
 * - to all but the deploy role everything on the bucket itself but to list it.
 *
 * The account's root user can remove the policy all the same: so does S3 keep an owner from being shut out.
 */
export function stateBucketPolicy({ partition, bucket, deployRoleArn, states }: StateBucketAccess) {
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = `${bucketArn}/*`;
  const roles = [...new Set([deployRoleArn, ...states.map(({ roleArn }) => roleArn)])];
  const everything = { Action: "s3:*", Resource: [bucketArn, objects] };
  const ownStatesOnly = (role: string, index: number) => {
    const keys = states.filter(({ roleArn }) => roleArn === role).flatMap(({ key }) => [key, `${key}.tflock`]);
    return deny(
      `OwnStatesOnly${index + 1}`,
      { Action: "s3:*", NotResource: [bucketArn, ...keys.map((key) => `${bucketArn}/${key}`)] },
      { ArnEquals: { "aws:PrincipalArn": withPlanRole(role) } },
    );
  };
  return {
    Version: "2012-10-17",
    Statement: [
      deny("TlsOnly", everything, { Bool: { "aws:SecureTransport": "false" } }),
      deny("TheseRolesOnly", everything, { ArnNotEquals: { "aws:PrincipalArn": roles.flatMap(withPlanRole) } }),
      ...roles.map(ownStatesOnly),
      deny("ReadAndWriteOnly", { NotAction: OBJECT_ACTIONS, Resource: objects }),
      deny("StatesStay", { Action: "s3:DeleteObject", NotResource: `${objects}.tflock` }),
      deny(
        "SettingsByDeployRole",
        { NotAction: ["s3:ListBucket"], Resource: bucketArn },
        { ArnNotEquals: { "aws:PrincipalArn": deployRoleArn } },
      ),
    ],
  };
}
