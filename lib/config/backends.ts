import { posix } from "node:path";
import { z } from "zod";
import {
  ACCOUNT_ID,
  BUCKET_RULES,
  EXTERNAL_ID,
  knownRegion,
  PREFIX_RULES,
  ROLE_ARN,
  type Rule,
  text,
} from "../input/rules";

const S3_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/s3";
const HTTP_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/http";
const CLOUD_BLOCK = "https://developer.hashicorp.com/terraform/language/block/terraform#cloud";

const [stateKey, stateKeyFolders] = PREFIX_RULES as [Rule, Rule];
const STATE_KEY_RULES: readonly Rule[] = [
  {
    ...stateKey,
    code: "state_key",
    says: "must be an object key without / at either end, without wildcards or spaces",
    fix: "Write a key such as ssm-hybrid-service-role/{account_id}.tfstate.",
    page: S3_BACKEND,
  },
  { ...stateKeyFolders, code: "state_key", page: S3_BACKEND },
];

const KMS_KEY_ID: Rule = {
  code: "kms_key_id",
  pattern:
    /^(arn:(aws|aws-cn|aws-us-gov):kms:[a-z0-9-]+:[0-9]{12}:(key|alias)\/[A-Za-z0-9/_-]+|alias\/[A-Za-z0-9/_-]+|[A-Za-z0-9-]+)$/,
  says: "must be a KMS key's ARN, id or alias",
  fix: "Write the ARN of the key that encrypts the state.",
  page: S3_BACKEND,
};

const PATH: Rule = {
  code: "state_path",
  pattern: /^[^\\"*?<>|]{1,1024}$/,
  says: "must be a path of at most 1,024 characters, with / between folders",
  fix: "Write a path that is relative to cdktf.out/stacks/<account name>, or leave it out.",
  page: "https://developer.hashicorp.com/terraform/language/backend/local",
};

const CLOUD_NAME: Rule = {
  code: "cloud_name",
  pattern: /^[A-Za-z0-9_-]{1,90}$/,
  says: "must be 1 to 90 letters, digits, - or _",
  fix: "Write the name as HCP Terraform shows it.",
  page: CLOUD_BLOCK,
};

const HOSTNAME: Rule = {
  code: "hostname",
  pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/,
  says: "must be a host name",
  fix: "Write the host alone, for example app.terraform.io.",
  page: CLOUD_BLOCK,
};

const ADDRESS: Rule = {
  code: "http_address",
  pattern: /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])[^\s@"\\{}]+$/,
  says: "must be an https address without user name and password",
  fix: "Give the credentials in TF_HTTP_USERNAME and TF_HTTP_PASSWORD, not here: the file is no place for a secret.",
  page: HTTP_BACKEND,
};

const s3 = z.strictObject({
  backend: z.literal("s3").describe("Amazon S3, one object an account."),
  bucket: text(...BUCKET_RULES).describe("Bucket of the state."),
  key: text(...STATE_KEY_RULES)
    .default("ssm-hybrid-service-role/{account_name}/terraform.tfstate")
    .describe("Key of the account's state in the bucket."),
  region: knownRegion().optional().describe("Region of the bucket. Default: the account's region."),
  kms_key_id: text(KMS_KEY_ID)
    .optional()
    .describe("KMS key that encrypts the state. Default: the bucket's own encryption."),
  use_lockfile: z.boolean().default(true).describe("Lock the state with an object beside it, <key>.tflock."),
  encrypt: z.boolean().default(true).describe("Encrypt the state at rest."),
  use_path_style: z.boolean().default(false).describe("Address the bucket by path: only for S3-compatible stores."),
  allowed_account_ids: z
    .array(text(ACCOUNT_ID))
    .optional()
    .describe("Accounts whose credentials may reach the state. Default: any."),
  assume_role: z
    .strictObject({
      role_arn: text(ROLE_ARN).describe("Role that reads and writes the state."),
      external_id: text(EXTERNAL_ID)
        .optional()
        .describe("External id that the role's trust policy asks for. Default: none."),
    })
    .optional()
    .describe(
      "Role assumed for the state alone; the provider's is deploy_role_arn. Default: the caller's own credentials.",
    ),
});

const cloud = z.strictObject({
  backend: z.literal("cloud").describe("HCP Terraform or Terraform Enterprise, one workspace an account."),
  organization: text(CLOUD_NAME).describe("Organization."),
  hostname: text(HOSTNAME).default("app.terraform.io").describe("Host."),
  workspace: text(CLOUD_NAME).default("ssm-hybrid-service-role-{account_name}").describe("The account's workspace."),
});

const method = (name: string, value: string) =>
  z
    .enum(["GET", "POST", "PUT", "DELETE", "LOCK", "UNLOCK"])
    .default(value as "POST")
    .describe(`HTTP method to ${name}.`);

const http = z.strictObject({
  backend: z.literal("http").describe("A state server over HTTPS, such as GitLab's managed state."),
  address: text(ADDRESS).describe("Address of the account's state."),
  lock_address: text(ADDRESS)
    .optional()
    .describe("Address that locks the state. Default: address with /lock, as GitLab has it."),
  unlock_address: text(ADDRESS).optional().describe("Address that unlocks the state. Default: lock_address."),
  lock_method: method("lock", "POST"),
  unlock_method: method("unlock", "DELETE"),
});

const local = z.strictObject({
  backend: z.literal("local").describe("A file on this machine: for trying out."),
  path: text(PATH)
    .default("../../../terraform.{account_name}.tfstate")
    .describe("The account's state file; relative to cdktf.out/stacks/<account name>."),
});

/** Where an account's Terraform state is kept. */
export const stateSchema = z.discriminatedUnion("backend", [s3, cloud, http, local]);

/** Where an account's state is kept, defaults filled in. */
export type State = z.output<typeof stateSchema>;

/** The one place of a state, by which two accounts that would share it are found. */
export function stateIdentity(state: State, accountName: string): string {
  switch (state.backend) {
    case "s3":
      return `s3://${state.bucket}/${state.key}`;
    case "cloud":
      return `${state.hostname}/${state.organization}/${state.workspace}`.toLowerCase();
    case "http":
      return state.address;
    case "local":
      // Some file systems do not tell cases apart.
      return posix.resolve(`/stacks/stacks/stacks/${accountName}`, state.path).toLowerCase();
  }
}
