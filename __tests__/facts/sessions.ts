/**
 * Sessions of Session Manager, as AWS's pages and users' reports show them. Tests take IDs and contexts from here, never from the
 * policies that they ask about.
 */

/** Somebody who starts sessions. */
export interface Caller {
  readonly kind: string;
  /** What comes behind `arn:<partition>:iam::<account>:` or `arn:<partition>:sts::<account>:`. */
  readonly principal: { readonly service: "iam" | "sts"; readonly name: string };
  /**
   * The caller's `aws:userid`. For a user it is the user's unique ID, for an assumed role `<role ID>:<session name>`.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
   */
  readonly userid: string;
  /** The ID of a session that the caller started. */
  readonly session: string;
  /** Where such a session ID stands. */
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

/** A session of somebody whose name begins with another's name and a hyphen, under the same role. */
export const NAMESAKE = { userid: `${ROLE_ID}:user-b`, session: "user-b-037a2e2586edc1ad4" };

/**
 * The tag by which a policy tells whose session it is: the `aws:userid` of who started it.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html, example 4, method 2
 */
export const OWNER_KEY = "ssm:resourceTag/aws:ssmmessages:session-id";

/**
 * The session as `ssmmessages:OpenDataChannel` names it: in AWS's quick start it begins with the caller's `aws:userid`.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
 */
export const channelOf = (userid: string) => `${userid}-037a2e2586edc1ad4`;

/** A machine outside AWS: `ManagedInstanceId` of the API model of ssm in botocore. */
export const MACHINE_ID = "mi-0123456789abcdef0";
/** An EC2 instance: `InstanceId` of the same model. */
export const EC2_ID = "i-0123456789abcdef0";

/**
 * What plugin and agent send to KMS.
 * https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/session/crypto/blockcipher.go
 * https://github.com/aws/amazon-ssm-agent/issues/275, CloudTrail of both ends
 */
export const encryptionContext = (session: string, target: string) => ({
  "kms:EncryptionContext:aws:ssm:SessionId": session,
  "kms:EncryptionContext:aws:ssm:TargetId": target,
});

/**
 * What SSM Agent asks S3 for to download `s3://<bucket>/<folder>`: a list of the folder, then the objects.
 * https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/fileutil/artifact/artifact.go, ListS3Directory
 */
export const listedPrefix = (folder: string) => `${folder}/`;
