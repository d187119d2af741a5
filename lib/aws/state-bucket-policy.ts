/** One Terraform state in a bucket, and the one role that reads and writes it. */
export interface StateAccess {
  /** ARN of the role, with its path. */
  readonly roleArn: string;
  /** Key of the state; its lock is `<key>.tflock`. */
  readonly key: string;
}

/** A bucket of states, and who reaches what in it. */
export interface StateBucketAccess {
  readonly partition: string;
  readonly bucket: string;
  /** ARN of the role that makes the bucket and changes its settings. */
  readonly deployRoleArn: string;
  /** Every state in the bucket. */
  readonly states: readonly StateAccess[];
}

/** A statement of a bucket's policy that forbids. */
export interface Denial {
  readonly Sid: string;
  readonly Effect: "Deny";
  readonly Principal: "*";
  readonly Action?: string;
  readonly NotAction?: readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The policy of a bucket of states. */
export interface StateBucketPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Denial[];
}

/**
 * Longest policy of a bucket, in bytes.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export const BUCKET_POLICY_SIZE = 20_480;

/** What Terraform does with a state and its lock; an earlier version is read to go back to it. */
const OBJECT_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"];

/**
 * The policy of a bucket of states. It opens nothing: all roles are of the bucket's own account, and what they may do stands in
 * their own policies. It denies
 *
 * - every request without TLS,
 * - everybody but the roles that are named, administrators of the account among them,
 * - each role the states of the others,
 * - to do with objects what Terraform does not: the versions of a state stay, and so does the state; only a lock is deleted,
 * - to all but the deploy role everything on the bucket itself but to list it.
 *
 * The account's root user can remove the policy all the same: so does S3 keep an owner from being shut out.
 */
export function stateBucketPolicy({ partition, bucket, deployRoleArn, states }: StateBucketAccess): StateBucketPolicy {
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = `${bucketArn}/*`;
  const roles = [...new Set([deployRoleArn, ...states.map(({ roleArn }) => roleArn)])];
  const deny = { Effect: "Deny", Principal: "*" } as const;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        ...deny,
        Action: "s3:*",
        Resource: [bucketArn, objects],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "TheseRolesOnly",
        ...deny,
        Action: "s3:*",
        Resource: [bucketArn, objects],
        Condition: { ArnNotEquals: { "aws:PrincipalArn": roles } },
      },
      ...roles.map((role, index) => ({
        Sid: `OwnStatesOnly${index + 1}`,
        ...deny,
        Action: "s3:*",
        NotResource: [
          bucketArn,
          ...states
            .filter(({ roleArn }) => roleArn === role)
            .flatMap(({ key }) => [`${bucketArn}/${key}`, `${bucketArn}/${key}.tflock`]),
        ],
        Condition: { ArnEquals: { "aws:PrincipalArn": role } },
      })),
      { Sid: "ReadAndWriteOnly", ...deny, NotAction: OBJECT_ACTIONS, Resource: objects },
      { Sid: "StatesStay", ...deny, Action: "s3:DeleteObject", NotResource: `${objects}.tflock` },
      {
        Sid: "SettingsByDeployRole",
        ...deny,
        NotAction: ["s3:ListBucket"],
        Resource: bucketArn,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": deployRoleArn } },
      },
    ],
  };
}
