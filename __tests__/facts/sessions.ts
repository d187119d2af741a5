/**
 * Sessions of Session Manager, from AWS's pages and users' reports. Tests take IDs and contexts from here, never from the policies
 * under test.
 */

/** A user who starts sessions. */
export interface Caller {
  readonly kind: string;
  /** Part of the ARN after `arn:<partition>:iam::<account>:` or `arn:<partition>:sts::<account>:`. */
  readonly principal: { readonly service: "iam" | "sts"; readonly name: string };
  /**
   * The caller's `aws:userid`. For a user it is the user's unique ID, for an assumed role `<role ID>:<session name>`.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
   */
  readonly userid: string;
  /** ID of a session that the caller started. */
  readonly session: string;
  /** Page that shows such a session ID. */
  readonly source: string;
}

const ROLE_ID = "AROAEXAMPLEROLE00000A";

export const CALLERS: readonly Caller[] = [
  {
    kind: "an IAM user",
    principal: { service: "iam", name: "user/JohnDoe" },
    userid: "AIDAEXAMPLEUSER00000A",
    session: "JohnDoe-1a2b3c4d5eEXAMPLE",
    source:
      "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-restrict-access.html",
  },
  {
    kind: "a role session named like an e-mail address",
    principal: { service: "sts", name: "assumed-role/myrole/myuser@mydomain.com" },
    userid: `${ROLE_ID}:myuser@mydomain.com`,
    session: "myuser@mydomain.com-1234567890abcdef",
    source: "https://github.com/aws/session-manager-plugin/issues/92",
  },
  {
    kind: "an Identity Center user",
    principal: { service: "sts", name: "assumed-role/AWSReservedSSO_developer_0199cd46a537ce07/user" },
    userid: `${ROLE_ID}:user`,
    session: "user-037a2e2586edc1ad4",
    source: "https://github.com/aws/amazon-ssm-agent/issues/514",
  },
];

/** A session of a user whose name begins with another user's name and a hyphen, with the same role. */
export const NAMESAKE = { userid: `${ROLE_ID}:user-b`, session: "user-b-037a2e2586edc1ad4" };

/**
 * Tag by which a policy identifies the owner of a session: the `aws:userid` of the user who started it.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html, example 4, method 2
 */
export const OWNER_KEY = "ssm:resourceTag/aws:ssmmessages:session-id";

/**
 * Name of the session in `ssmmessages:OpenDataChannel`. In AWS's quick start, it begins with the caller's `aws:userid`.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
 */
export const channelOf = (userid: string) => `${userid}-037a2e2586edc1ad4`;

/** A machine outside AWS: `ManagedInstanceId` of the API model of ssm in botocore. */
export const MACHINE_ID = "mi-0123456789abcdef0";
/** An EC2 instance: `InstanceId` of the same model. */
export const EC2_ID = "i-0123456789abcdef0";

/**
 * Encryption context that plugin and agent send to KMS.
 * https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/session/crypto/blockcipher.go
 * https://github.com/aws/amazon-ssm-agent/issues/275, CloudTrail of both ends
 */
export const encryptionContext = (session: string, target: string) => ({
  "kms:EncryptionContext:aws:ssm:SessionId": session,
  "kms:EncryptionContext:aws:ssm:TargetId": target,
});

/**
 * Prefix in the S3 request of SSM Agent for a download of `s3://<bucket>/<folder>`: it lists the folder, then reads the objects.
 * https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/fileutil/artifact/artifact.go, ListS3Directory
 */
export const listedPrefix = (folder: string) => `${folder}/`;
