import { posix } from "node:path";
import { z } from "zod";
import { partitionOf } from "../aws/partitions";
import { isFields } from "../input/merged";
import {
  ACCOUNT_ID,
  ARN_PATTERN,
  BUCKET_RULES,
  EXTERNAL_ID,
  keyRules,
  PROFILE,
  ROLE_ARN,
  type Rule,
} from "../input/rules";
import { knownRegion, optionalText, text } from "../input/schemas";
import { type Reach, reachWords, SESSION, TRANSITIVE_KEYS_ARE_TAGS } from "./session";

const S3_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/s3";
const HTTP_BACKEND = "https://developer.hashicorp.com/terraform/language/backend/http";
const CLOUD_BLOCK = "https://developer.hashicorp.com/terraform/language/block/terraform#cloud";

const STATE_KEY_RULES = keyRules("an object key", {
  code: "state_key",
  fix: "Write a key such as ssm-hybrid-service-role/{account_id}.tfstate.",
  page: S3_BACKEND,
});

/** Key IDs and aliases that Terraform's backend accepts: `internal/backend/remote-state/s3/validate.go`. */
const KMS_ID = "(mrk-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})";
const KMS_ALIAS = "alias/[A-Za-z0-9/_-]+";

const KMS_KEY_ID: Rule = {
  code: "kms_key_id",
  pattern: new RegExp(
    `^(${ARN_PATTERN}:kms:[a-z0-9-]+:[0-9]{12}:(key/${KMS_ID}|${KMS_ALIAS})|${KMS_ALIAS}|${KMS_ID})$`,
  ),
  says: "must be the ARN, ID (a UUID, or mrk- and 32 digits) or alias of a KMS key",
  fix: "Write the ARN of the key that encrypts the state.",
  page: S3_BACKEND,
};

const PATH: Rule = {
  code: "state_path",
  pattern: /^[^\\"*?<>|]{1,1024}$/,
  says: "must be a path of at most 1,024 characters, with / between folders",
  fix: "Write a path relative to cdktf.out/stacks/<account name>, or remove it.",
  page: "https://developer.hashicorp.com/terraform/language/backend/local",
};

const CLOUD_NAME: Rule = {
  code: "cloud_name",
  pattern: /^[A-Za-z0-9_-]{1,90}$/,
  says: "must be 1 to 90 letters, digits, - or _",
  fix: "Write the name as HCP Terraform shows it.",
  page: CLOUD_BLOCK,
};

const PROJECT: Rule = {
  code: "cloud_project",
  pattern: /^[A-Za-z0-9_-][A-Za-z0-9_ -]{1,38}[A-Za-z0-9_-]$/,
  says: "must be 3 to 40 letters, digits, inner spaces, - or _",
  fix: "Write the project's name as HCP Terraform shows it.",
  page: "https://developer.hashicorp.com/terraform/cloud-docs/projects/manage",
};

const HOSTNAME: Rule = {
  code: "hostname",
  pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/,
  says: "must be a host name",
  fix: "Write only the host name, for example app.terraform.io.",
  page: CLOUD_BLOCK,
};

const ADDRESS: Rule = {
  code: "http_address",
  pattern: /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])[^\s@"\\{}]+$/,
  says: "must be an https address without user name and password",
  fix: "Set the credentials in TF_HTTP_USERNAME and TF_HTTP_PASSWORD, not in this file: it must not contain secrets.",
  page: HTTP_BACKEND,
};

/** Settings of a backend in a root module. */
type Settings = Readonly<Record<string, unknown>>;

/** Backend of a root module, read from the root module. */
export interface StateFacts {
  readonly backend: string;
  readonly settings: Settings;
}

/** Functions and properties of a backend. `Own` is the type of its state. */
interface Backend<Own> {
  /** Returns the unique place of a state, which shows whether two accounts share it. `region` is the account's. */
  identity(state: Own, accountName: string, region: string): string;
  /** Returns the place of the state's lock, if another state could have that place. @default - no other state could */
  lock?(state: Own, region: string): string;
  /** Returns Terraform's settings. `region` is the account's. */
  settings(state: Own, region: string): Settings;
  /** Returns the content of the `terraform` block. @default - a `backend` block with the settings */
  terraform?(settings: Settings): object;
  /** Returns the backend that reads the state from another root module. @default - this backend, with the same settings */
  reader?(settings: Settings): StateFacts;
  /** Returns metadata that cdktf-cli reads from the root module, in addition to the backend's name. @default - none */
  metadata?(state: Own): object;
  /** Returns the report's sentences for the settings in a root module. */
  words(settings: Settings): string[];
  /** Returns a notice for the approver, for the settings in a root module. @default - none */
  notice?(settings: Settings): { readonly code: string; readonly text: string } | undefined;
  /** The state is on a server that the demo cannot start. @default false */
  readonly needsServer?: boolean;
  /** Plans and applies may run on the server, with credentials that this machine does not have. @default false */
  readonly runsThere?: boolean;
}

/** Returns an entry of the table. Its schema determines the types of its functions. */
function backend<Schema extends z.ZodObject<{ backend: z.ZodLiteral<string> }>>(
  schema: Schema,
  entry: Backend<z.output<Schema>>,
) {
  return { schema, ...entry };
}

/** Returns a setting as a string, or an empty string if it is not set. */
function setting(settings: Settings, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), settings);
  return String(value ?? "");
}

/**
 * Suffix that Terraform adds to a state's key for the object that locks the state.
 * @see https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
 */
export const S3_LOCK = ".tflock";

const s3Schema = z.strictObject({
  backend: z.literal("s3").describe("Amazon S3, with one object per account."),
  bucket: text(...BUCKET_RULES).describe("Bucket that contains the state."),
  key: text(...STATE_KEY_RULES)
    .default("ssm-hybrid-service-role/{account_name}/terraform.tfstate")
    .describe("Key of the account's state in the bucket."),
  region: knownRegion().optional().describe("Region of the bucket. Default: the account's region."),
  kms_key_id: optionalText("KMS key that encrypts the state. Default: the bucket's default encryption.", KMS_KEY_ID),
  use_lockfile: z.boolean().default(true).describe("Lock the state with an object next to it, <key>.tflock."),
  encrypt: z.boolean().default(true).describe("Encrypt the state at rest."),
  profile: optionalText(
    "AWS CLI profile for access to the state, or for assuming assume_role. Default: none. The account's profile is not used.",
    PROFILE,
  ),
  use_fips_endpoint: z.boolean().default(false).describe("Use AWS FIPS endpoints for the state."),
  use_dualstack_endpoint: z
    .boolean()
    .default(false)
    .describe("Use AWS dual-stack endpoints, over IPv6 or IPv4, for the state."),
  use_path_style: z
    .boolean()
    .default(false)
    .describe("Use path-style URLs for the bucket: only for S3-compatible storage."),
  allowed_account_ids: z
    .array(text(ACCOUNT_ID))
    .optional()
    .describe("Accounts whose credentials may access the state. Default: any."),
  assume_role: z
    .strictObject({
      role_arn: text(ROLE_ARN).describe("Role that reads and writes the state."),
      external_id: optionalText("External id that the role's trust policy requires. Default: none.", EXTERNAL_ID),
      ...SESSION,
    })
    .refine(...TRANSITIVE_KEYS_ARE_TAGS)
    .optional()
    .describe(
      "Role assumed only for the state. The provider assumes deploy_role_arn. Default: the caller's own credentials.",
    ),
  bootstrap_role_arn: optionalText(
    "Role that npm run bootstrap assumes to create the bucket and to change its settings. It can delete every state: do not grant it to " +
      "users who only deploy. Default: deploy_role_arn of the account that contains the bucket.",
    ROLE_ARN,
  ),
});

/** A state in S3, with the region of its bucket. */
export type S3State = z.output<typeof s3Schema> & { readonly region: string };

/** Bucket names are unique only within a partition. */
const s3Object = ({ bucket, key, region }: z.output<typeof s3Schema>, ofAccount: string) =>
  `s3://${partitionOf(region ?? ofAccount)}/${bucket}/${key}`;

const s3 = backend(s3Schema, {
  identity: (state, _, region) => s3Object(state, region),
  lock: (state, region) => `${s3Object(state, region)}${S3_LOCK}`,
  settings: (
    { backend: _, bootstrap_role_arn: __, use_fips_endpoint: fips, use_dualstack_endpoint: dualstack, ...settings },
    region,
  ) => ({
    region,
    ...settings,
    ...(fips && { use_fips_endpoint: true }),
    ...(dualstack && { use_dualstack_endpoint: true }),
    // The region has been checked already, against a table that may be newer than Terraform.
    skip_region_validation: true,
  }),
  words(settings) {
    const role = setting(settings, "assume_role", "role_arn");
    // The schema has checked them, here or where the root module was written.
    const reach: Reach = { ...settings, session: settings.assume_role as Reach["session"] };
    const { allowed_account_ids: accounts, kms_key_id: kmsKey } = settings;
    return [
      `In S3, bucket ${setting(settings, "bucket")} in ${setting(settings, "region")}, object ${setting(settings, "key")}.`,
      settings.use_lockfile === true ? "Locked while it is written." : "Not locked.",
      settings.encrypt !== true
        ? "Encrypted with the bucket's default encryption."
        : `Encrypted${kmsKey ? ` with the KMS key ${kmsKey}` : ""}.`,
      `Accessed ${role ? `as ${role}` : "with the caller's own credentials"}${reachWords(reach)}.`,
      ...(Array.isArray(accounts) ? [`Only with credentials of account ${accounts.join(" or ")}.`] : []),
    ];
  },
  notice: ({ use_lockfile }) =>
    use_lockfile === false
      ? { code: "unlocked-state", text: "The state file is not locked: two runs at the same time can corrupt it." }
      : undefined,
});

const cloud = backend(
  z.strictObject({
    backend: z.literal("cloud").describe("HCP Terraform or Terraform Enterprise, with one workspace per account."),
    organization: text(CLOUD_NAME).describe("Name of the organization."),
    project: optionalText(
      "Project in which Terraform creates or finds the workspace. Default: the organization's default project.",
      PROJECT,
    ),
    hostname: text(HOSTNAME).default("app.terraform.io").describe("Host name."),
    workspace: text(CLOUD_NAME).default("ssm-hybrid-service-role-{account_name}").describe("The account's workspace."),
  }),
  {
    identity: ({ hostname, organization, workspace }) => `${hostname}/${organization}/${workspace}`.toLowerCase(),
    settings: ({ organization, hostname, workspace, project }) => ({
      organization,
      hostname,
      workspaces: { name: workspace, ...(project !== undefined && { project }) },
    }),
    terraform: (settings) => ({ cloud: settings }),
    // The remote backend has no projects: a workspace's name is unique in the organization.
    reader: (settings) => ({
      backend: "remote",
      settings: { ...settings, workspaces: { name: setting(settings, "workspaces", "name") } },
    }),
    // cdktf-cli uses this to distinguish HCP Terraform ("tfc") from Terraform Enterprise ("tfe").
    metadata: ({ hostname }) => ({ cloud: hostname === "app.terraform.io" ? "tfc" : "tfe" }),
    words(settings) {
      const project = setting(settings, "workspaces", "project");
      return [
        `In HCP Terraform at ${setting(settings, "hostname")}, organization ${setting(settings, "organization")}, ` +
          `${project && `project ${project}, `}workspace ${setting(settings, "workspaces", "name")}.`,
      ];
    },
    needsServer: true,
    runsThere: true,
  },
);

/** Returns the address of a state with `/lock` at the end of its path, as in GitLab. */
function lockAddress(address: string): string {
  const [, path = "", query = ""] = /^([^?#]*?)\/*([?#].*)?$/.exec(address) ?? [];
  return `${path}/lock${query}`;
}

/** Returns an address without user and query string, which may contain secrets. */
function shownAddress(address: string): string {
  return address.replace(/^(https?:\/\/)(?:[^/@]*@)?([^?#]*).*$/, "$1$2");
}

const method = (name: string, value: "POST" | "DELETE") =>
  z.enum(["GET", "POST", "PUT", "DELETE", "LOCK", "UNLOCK"]).default(value).describe(`HTTP method to ${name}.`);

const http = backend(
  z.strictObject({
    backend: z.literal("http").describe("A state server over HTTPS, such as GitLab's managed state."),
    address: text(ADDRESS).describe("Address of the account's state."),
    lock_address: optionalText(
      "Address that locks the state. Default: address with /lock at the end, as in GitLab.",
      ADDRESS,
    ),
    unlock_address: optionalText("Address that unlocks the state. Default: lock_address.", ADDRESS),
    lock_method: method("lock", "POST"),
    unlock_method: method("unlock", "DELETE"),
  }),
  {
    identity: ({ address }) => address,
    settings({ backend: _, ...settings }) {
      const lock = settings.lock_address ?? lockAddress(settings.address);
      return { lock_address: lock, unlock_address: lock, retry_wait_min: 5, ...settings };
    },
    words: (settings) => [
      `On a state server, ${shownAddress(setting(settings, "address"))}.`,
      `Locked at ${shownAddress(setting(settings, "lock_address"))}.`,
    ],
    needsServer: true,
  },
);

const local = backend(
  z.strictObject({
    backend: z.literal("local").describe("A file on this machine, for evaluation."),
    path: text(PATH)
      .default("../../../terraform.{account_name}.tfstate")
      .describe("Path of the account's state file, relative to cdktf.out/stacks/<account name>."),
  }),
  {
    // Some file systems are not case-sensitive.
    identity: ({ path }, accountName) => posix.resolve(`/stacks/stacks/stacks/${accountName}`, path).toLowerCase(),
    settings: ({ path }) => ({ path }),
    words: (settings) => [`In a file, ${setting(settings, "path")}, on the machine that runs Terraform.`],
    notice: () => ({
      code: "local-state",
      text: "The state file is on one machine: it can be lost with the machine, and it is not locked for other machines.",
    }),
  },
);

/** All backends, in the order of the file's schema. Add a new backend here. */
const BACKENDS = [s3, cloud, http, local] as const;
const [first, ...others] = BACKENDS;

/** Backend for an account's Terraform state. */
export const stateSchema = z.discriminatedUnion("backend", [first.schema, ...others.map(({ schema }) => schema)]);

export type State = z.output<typeof stateSchema>;

/**
 * Returns the entry of a backend, or `undefined` for a backend that only a root module uses. An entry accepts only states of its own
 * backend, and a name finds only its own entry. Therefore all entries share one type, which TypeScript permits because it compares the
 * parameters of methods in both directions.
 */
export function backendOf(name: State["backend"]): Backend<State>;
export function backendOf(name: string): Backend<State> | undefined;
export function backendOf(name: string): Backend<State> | undefined {
  return BACKENDS.find(({ schema }) => schema.shape.backend.value === name);
}

/** Returns the part of a `terraform` block that configures the backend. `region` is the account's. */
export function stateBlock(state: State, region: string): object {
  const { settings, terraform } = backendOf(state.backend);
  const own = settings(state, region);
  return terraform?.(own) ?? { backend: { [state.backend]: own } };
}

/** Returns an account's state if it is in S3. `region` is the account's. */
export function stateInS3({ region, state }: { readonly region: string; readonly state: State }): S3State | undefined {
  return state.backend === "s3" ? { ...state, region: state.region ?? region } : undefined;
}
