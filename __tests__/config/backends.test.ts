import type { AccountProps } from "../../lib";
import { backendOf, stateSchema } from "../../lib/config/backends";
import { readRoot } from "../../lib/report/read";
import { synthAccount } from "../support";

/** Returns the rejected fields, with their messages. */
function refused(state: object): string[] {
  return stateSchema.safeParse(state).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
}

const S3 = { backend: "s3", bucket: "my-bucket" };
const CLOUD = { backend: "cloud", organization: "me" };
const HTTP = { backend: "http", address: "https://example.com/state" };

test.each([
  [
    S3,
    {
      key: "ssm-hybrid-service-role/{account_name}/terraform.tfstate",
      use_lockfile: true,
      encrypt: true,
      use_path_style: false,
      use_fips_endpoint: false,
      use_dualstack_endpoint: false,
    },
  ],
  [CLOUD, { hostname: "app.terraform.io", workspace: "ssm-hybrid-service-role-{account_name}" }],
  [HTTP, { lock_method: "POST", unlock_method: "DELETE" }],
  [{ backend: "local" }, { path: "../../../terraform.{account_name}.tfstate" }],
])("%j has all required fields", (state, defaults) => {
  expect(stateSchema.parse(state)).toEqual({ ...state, ...defaults });
});

test.each([
  { ...S3, workspace: "x" },
  { ...S3, backend: "local" },
  { ...S3, backend: "gcs" },
])("%j is refused", (state) => {
  expect(refused(state)).toHaveLength(1);
});

const KMS_KEY = "kms_key_id must be the ARN, ID (a UUID, or mrk- and 32 digits) or alias of a KMS key";
const KEY = "key must be an object key without / at either end, without wildcards or spaces";
const PROJECT = "project must be 3 to 40 letters, digits, inner spaces, - or _";
const ADDRESS = "address must be an https address without user name and password";
const PATH = "path must be a path of at most 1,024 characters, with / between folders";

test.each<[state: object, ...errors: string[]]>([
  [{ ...S3, key: "a/b.tfstate" }],
  [{ ...S3, key: "/a" }, KEY],
  [{ ...S3, key: "a/../b" }, "key must not contain the folders . or .."],
  [{ ...S3, kms_key_id: "alias/mine" }],
  // Terraform 1.11.4 refuses a key id that is not a UUID at init.
  [{ ...S3, kms_key_id: "a b" }, KMS_KEY],
  [{ ...S3, kms_key_id: "xx" }, KMS_KEY],
  [{ ...S3, kms_key_id: "arn:aws:kms:eu-central-1:111111111111:key/1" }, KMS_KEY],
  [{ ...S3, kms_key_id: "12345678-1234-1234-1234-123456789012" }, KMS_KEY],
  [{ ...S3, kms_key_id: "12345678-90ab-4cde-8f01-234567890abc" }],
  [{ ...S3, kms_key_id: `mrk-${"0".repeat(32)}` }],
  [{ ...S3, allowed_account_ids: ["1"] }, "allowed_account_ids.0 must be the 12 digits of an AWS account id"],
  [{ ...S3, assume_role: { role_arn: "arn:aws:iam::222222222222:role/State" } }],
  [{ ...S3, assume_role: { role_arn: "State" } }, "assume_role.role_arn must be the ARN of an IAM role"],
  [
    {
      ...S3,
      assume_role: { role_arn: "arn:aws:iam::222222222222:role/State", tags: { a: "" }, transitive_tag_keys: ["b"] },
    },
    "assume_role must have a tag in tags for each key in transitive_tag_keys",
  ],
  [{ ...S3, profile: "a b" }, "profile must contain only letters, digits or any of _ @ + . % : / -"],
  // Project names that the provider hashicorp/tfe accepts: 3 to 40 letters, digits, inner spaces, - and _.
  [{ ...CLOUD, project: "My project" }],
  [{ ...CLOUD, project: "x".repeat(40) }],
  [{ ...CLOUD, project: "xx" }, PROJECT],
  [{ ...CLOUD, project: "x".repeat(41) }, PROJECT],
  [{ ...CLOUD, project: "platform " }, PROJECT],
  [{ ...CLOUD, workspace: "x".repeat(90) }],
  [{ ...CLOUD, workspace: "x".repeat(91) }, "workspace must be 1 to 90 letters, digits, - or _"],
  [{ ...CLOUD, hostname: "tfe.example.com:8443" }],
  [{ ...CLOUD, hostname: "https://tfe.example.com" }, "hostname must be a host name"],
  [{ ...HTTP, address: "http://localhost:8080/a" }],
  [{ ...HTTP, address: "http://127.0.0.1/a" }],
  [{ ...HTTP, address: "http://example.com/a" }, ADDRESS],
  [{ ...HTTP, address: "http://localhost.evil.org/a" }, ADDRESS],
  [{ ...HTTP, address: "https://me:secret@example.com/a" }, ADDRESS],
  [{ backend: "local", path: "../a b/c.tfstate" }],
  [{ backend: "local", path: "a\\b" }, PATH],
  [{ backend: "local", path: "x".repeat(1024) }],
  [{ backend: "local", path: "x".repeat(1025) }, PATH],
])("%j", (state, ...errors) => {
  expect(refused(state)).toEqual(errors);
});

const ROLE = "arn:aws:iam::222222222222:role/State";
const IN_S3 = "In S3, bucket my-bucket in eu-central-1, object k.";

test.each<[NonNullable<AccountProps["state"]>, string]>([
  [
    { backend: "s3", bucket: "my-bucket", key: "k" },
    `${IN_S3} Locked while it is written. Encrypted. Accessed with the caller's own credentials.`,
  ],
  [
    {
      ...{ backend: "s3", bucket: "my-bucket", key: "k", useLockfile: false, encrypt: false },
      ...{ allowedAccountIds: ["222222222222"], assumeRole: { roleArn: ROLE, externalId: "not-for-the-report" } },
    },
    `${IN_S3} Not locked. Encrypted with the bucket's default encryption. Accessed as ${ROLE}. Only with credentials of account 222222222222.`,
  ],
  [
    { backend: "s3", bucket: "my-bucket", key: "k", kmsKeyId: "alias/state" },
    `${IN_S3} Locked while it is written. Encrypted with the KMS key alias/state. Accessed with the caller's own credentials.`,
  ],
  [
    {
      ...{
        backend: "s3",
        bucket: "my-bucket",
        key: "k",
        profile: "states",
        useFipsEndpoint: true,
        useDualstackEndpoint: true,
      },
      assumeRole: {
        ...{ roleArn: ROLE, sessionName: "release", sourceIdentity: "jo" },
        ...{ tags: { Team: "x" }, transitiveTagKeys: ["Team"] },
      },
    },
    `${IN_S3} Locked while it is written. Encrypted. Accessed as ${ROLE}, from the profile states, in a session named release, ` +
      "with the source identity jo, with the session tags Team = x, with the transitive tag keys Team, at FIPS and dual-stack endpoints.",
  ],
  [
    { backend: "cloud", organization: "example", project: "Platform" },
    "In HCP Terraform at app.terraform.io, organization example, project Platform, workspace ssm-hybrid-service-role-a.",
  ],
  [
    { backend: "cloud", organization: "example" },
    "In HCP Terraform at app.terraform.io, organization example, workspace ssm-hybrid-service-role-a.",
  ],
  [
    { backend: "http", address: "https://example.com/state" },
    "On a state server, https://example.com/state. Locked at https://example.com/state/lock.",
  ],
  [{ backend: "local", path: "a.tfstate" }, "In a file, a.tfstate, on the machine that runs Terraform."],
])("the report describes %j", (state, words) => {
  const { backend, settings } = readRoot("a", synthAccount({ state })).state;
  expect(backendOf(backend)?.words(settings).join(" ")).toBe(words);
});
