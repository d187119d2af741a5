import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { DEFAULT_SESSION_NAME, type Reach, type Session } from "../../lib/config/session";

// Otherwise the SDK warns that Node 20 is past its end of life.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** How our own requests reach AWS: like Terraform's provider, or like its S3 backend. */
export interface Access extends Omit<Reach, "session"> {
  readonly region: string;
}

/** Settings of an SDK client. Settings that are missing come from the environment, as in Terraform. */
export function clientSettings({ region, profile, use_fips_endpoint, use_dualstack_endpoint }: Access) {
  return {
    region,
    ...(profile !== undefined && { profile }),
    ...(use_fips_endpoint && { useFipsEndpoint: true }),
    ...(use_dualstack_endpoint && { useDualstackEndpoint: true }),
  };
}

/** A role to assume, with its session settings. */
export interface AssumedRole extends Session {
  readonly role_arn: string;
  readonly external_id?: string | undefined;
}

/** Credentials of an assumed role, in the form that an SDK client accepts. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Assumes a role with the session settings that Terraform uses. */
export async function assumeRole(access: Access, role: AssumedRole): Promise<RoleCredentials> {
  const command = new AssumeRoleCommand({
    RoleArn: role.role_arn,
    ExternalId: role.external_id,
    RoleSessionName: role.session_name ?? DEFAULT_SESSION_NAME,
    Tags: role.tags && Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
    TransitiveTagKeys: role.transitive_tag_keys,
    SourceIdentity: role.source_identity,
  });
  const { Credentials } = await new STSClient(clientSettings(access)).send(command);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Returns the identity of the caller's own credentials. */
export async function callerIdentity(access: Access): Promise<{ readonly account: string; readonly arn: string }> {
  const { Account, Arn } = await new STSClient(clientSettings(access)).send(new GetCallerIdentityCommand({}));
  return { account: String(Account), arn: String(Arn) };
}

/** The actions that the trust policy and the caller's policies must allow to assume a role with its session settings. */
export function neededActions({ tags = {}, source_identity }: Session): string {
  const actions = [
    "sts:AssumeRole",
    ...(Object.keys(tags).length > 0 ? ["sts:TagSession"] : []),
    ...(source_identity !== undefined ? ["sts:SetSourceIdentity"] : []),
  ];
  return actions.join(" and ");
}

const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"];
const MISSING = ["CredentialsProviderError", "TokenProviderError"];
const AUTHENTICATION = "https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html";

/**
 * Says why there are no credentials, and how to get them. `undefined` for any other error.
 * @param field - the field of the file that sets the profile
 */
export function lackOfCredentials(error: unknown, profile: string | undefined, field: string): string | undefined {
  const { name, message } = error as Error;
  if (!EXPIRED.includes(name) && !MISSING.includes(name)) return undefined;
  const told = profile
    ? `The profile ${profile} of ${field} has no AWS credentials, or they have expired. Sign in with aws sso login --profile ${profile}, ` +
      `or correct ${field}: aws configure list-profiles shows the profiles of this machine. ${AUTHENTICATION}`
    : "There are no AWS credentials, or they have expired. Sign in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID with " +
      `AWS_SECRET_ACCESS_KEY: ${AUTHENTICATION}`;
  return EXPIRED.includes(name) ? `${told} (AWS says: ${name}: ${message})` : told;
}
