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

/** What Terraform's backend takes as the ID of a key, and as its alias: `internal/backend/remote-state/s3/validate.go`. */
const KMS_ID = "(mrk-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})";
const KMS_ALIAS = "alias/[A-Za-z0-9/_-]+";

const KMS_KEY_ID: Rule = {
  code: "kms_key_id",
  pattern: new RegExp(
    `^(${ARN_PATTERN}:kms:[a-z0-9-]+:[0-9]{12}:(key/${KMS_ID}|${KMS_ALIAS})|${KMS_ALIAS}|${KMS_ID})$`,
  ),
  says: "must be a KMS key's ARN, ID (a UUID, or mrk- and 32 digits) or alias",
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
  fix: "Write the host name only, for example app.terraform.io.",
  page: CLOUD_BLOCK,
};

const ADDRESS: Rule = {
  code: "http_address",
  pattern: /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])[^\s@"\\{}]+$/,
  says: "must be an https address without user name and password",
  fix: "Give the credentials in TF_HTTP_USERNAME and TF_HTTP_PASSWORD, not in this file: it must not contain secrets.",
  page: HTTP_BACKEND,
};

/** Settings of a backend, as they stand in a root. */
type Settings = Readonly<Record<string, unknown>>;

/** Where a root's state is kept, as the root says it. */
export interface StateFacts {
  readonly backend: string;
  readonly settings: Settings;
}

/** What a backend is, besides its schema: `Own` is its own kind of state. */
interface Backend<Own> {
  /** The one place of a state, by which two accounts that would share it are found; `region` is the account's. */
  identity(state: Own, accountName: string, region: string): string;
  /** Where its lock is kept, if another state could be there. @default - no other state could */
  lock?(state: Own, region: string): string;
  /** Terraform's settings; `region` is the account's. */
  settings(state: Own, region: string): Settings;
  /** What the `terraform` block holds. @default - a `backend` block with the settings */
  terraform?(settings: Settings): object;
  /** Backend that reads the state from another root, and its settings. @default - the backend itself, with the same settings */
  reader?(settings: Settings): StateFacts;
  /** What cdktf-cli reads from the root, besides the backend's name. @default - nothing */
  metadata?(state: Own): object;
  /** The report's sentences, from the settings in a root. */
  words(settings: Settings): string[];
  /** What whoever approves should know first, from the settings in a root. @default - nothing */
  notice?(settings: Settings): { readonly code: string; readonly text: string } | undefined;
  /** The state is on a server that the demo cannot start. @default false */
  readonly needsServer?: boolean;
  /** Plans and applies may run on the server, with credentials that this machine has not. @default false */
  readonly runsThere?: boolean;
}

/** One entry of the table: its functions are typed by its schema. */
function backend<Schema extends z.ZodObject<{ backend: z.ZodLiteral<string> }>>(
  schema: Schema,
  entry: Backend<z.output<Schema>>,
) {
  return { schema, ...entry };
}

/** A setting as a string: empty where it is not set. */
function setting(settings: Settings, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), settings);
  return String(value ?? "");
}

/** Terraform adds it to the key of a state for the object that locks it: https://developer.hashicorp.com/terraform/language/backend/s3#state-locking. */
export const S3_LOCK = ".tflock";

const s3Schema = z.strictObject({
  backend: z.literal("s3").describe("Amazon S3, one object an account."),
  bucket: text(...BUCKET_RULES).describe("Bucket of the state."),
  key: text(...STATE_KEY_RULES)
    .default("ssm-hybrid-service-role/{account_name}/terraform.tfstate")
    .describe("Key of the account's state in the bucket."),
  region: knownRegion().optional().describe("Region of the bucket. Default: the account's region."),
  kms_key_id: optionalText("KMS key that encrypts the state. Default: the bucket's own encryption.", KMS_KEY_ID),
  use_lockfile: z.boolean().default(true).describe("Lock the state with an object beside it, <key>.tflock."),
  encrypt: z.boolean().default(true).describe("Encrypt the state at rest."),
  profile: optionalText(
    "Profile of the AWS CLI that reaches the state, or assumes assume_role. Default: none, and not the account's.",
    PROFILE,
  ),
  use_fips_endpoint: z.boolean().default(false).describe("Call AWS at its FIPS endpoints for the state."),
  use_dualstack_endpoint: z
    .boolean()
    .default(false)
    .describe("Call AWS at its dual-stack endpoints, over IPv6 or IPv4, for the state."),
  use_path_style: z.boolean().default(false).describe("Address the bucket by path: only for S3-compatible stores."),
  allowed_account_ids: z
    .array(text(ACCOUNT_ID))
    .optional()
    .describe("Accounts whose credentials may reach the state. Default: any."),
  assume_role: z
    .strictObject({
      role_arn: text(ROLE_ARN).describe("Role that reads and writes the state."),
      external_id: optionalText("External id that the role's trust policy asks for. Default: none.", EXTERNAL_ID),
      ...SESSION,
    })
    .refine(...TRANSITIVE_KEYS_ARE_TAGS)
    .optional()
    .describe(
      "Role assumed for the state alone; the provider's is deploy_role_arn. Default: the caller's own credentials.",
    ),
  bootstrap_role_arn: optionalText(
    "Role that npm run bootstrap assumes to create the bucket and to change its settings. It can delete every state: give it to nobody " +
      "who only deploys. Default: deploy_role_arn of the account that the bucket is in.",
    ROLE_ARN,
  ),
});

/** A state in S3, with the region of its bucket. */
export type S3State = z.output<typeof s3Schema> & { readonly region: string };

/** Names of buckets are unique in a partition only. */
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
    // The file has checked the region, against a table that may be newer than Terraform.
    skip_region_validation: true,
  }),
  words(settings) {
    const role = setting(settings, "assume_role", "role_arn");
    // The schema has checked them, or that of the root's writer.
    const reach: Reach = { ...settings, session: settings.assume_role as Reach["session"] };
    const { allowed_account_ids: accounts, kms_key_id: kmsKey } = settings;
    return [
      `In S3, bucket ${setting(settings, "bucket")} in ${setting(settings, "region")}, object ${setting(settings, "key")}.`,
      settings.use_lockfile === true ? "Locked while it is written." : "Not locked.",
      settings.encrypt !== true
        ? "Encrypted as the bucket is set."
        : `Encrypted${kmsKey ? ` with the KMS key ${kmsKey}` : ""}.`,
      `Reached ${role ? `as ${role}` : "with the caller's own credentials"}${reachWords(reach)}.`,
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
    backend: z.literal("cloud").describe("HCP Terraform or Terraform Enterprise, one workspace an account."),
    organization: text(CLOUD_NAME).describe("Organization."),
    project: optionalText(
      "Project in which Terraform makes the workspace, or looks for it. Default: the organization's default project.",
      PROJECT,
    ),
    hostname: text(HOSTNAME).default("app.terraform.io").describe("Host."),
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
    // It knows no projects: a workspace's name is unique in the organization.
    reader: (settings) => ({
      backend: "remote",
      settings: { ...settings, workspaces: { name: setting(settings, "workspaces", "name") } },
    }),
    // cdktf-cli tells HCP Terraform ("tfc") from Terraform Enterprise ("tfe") by this.
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

/** The address of a state with `/lock` at the end of its path, as GitLab has it. */
function lockAddress(address: string): string {
  const [, path = "", query = ""] = /^([^?#]*?)\/*([?#].*)?$/.exec(address) ?? [];
  return `${path}/lock${query}`;
}

/** An address without user and query string: either may hold a secret. */
function shownAddress(address: string): string {
  return address.replace(/^(https?:\/\/)(?:[^/@]*@)?([^?#]*).*$/, "$1$2");
}

const method = (name: string, value: "POST" | "DELETE") =>
  z.enum(["GET", "POST", "PUT", "DELETE", "LOCK", "UNLOCK"]).default(value).describe(`HTTP method to ${name}.`);

const http = backend(
  z.strictObject({
    backend: z.literal("http").describe("A state server over HTTPS, such as GitLab's managed state."),
    address: text(ADDRESS).describe("Address of the account's state."),
    lock_address: optionalText("Address that locks the state. Default: address with /lock, as GitLab has it.", ADDRESS),
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
    backend: z.literal("local").describe("A file on this machine: for trying out."),
    path: text(PATH)
      .default("../../../terraform.{account_name}.tfstate")
      .describe("The account's state file; relative to cdktf.out/stacks/<account name>."),
  }),
  {
    // Some file systems do not tell cases apart.
    identity: ({ path }, accountName) => posix.resolve(`/stacks/stacks/stacks/${accountName}`, path).toLowerCase(),
    settings: ({ path }) => ({ path }),
    words: (settings) => [`In a file, ${setting(settings, "path")}, on the machine that runs Terraform.`],
    notice: () => ({
      code: "local-state",
      text: "The state file is on one machine: it can be lost with the machine, and it is not locked for other machines.",
    }),
  },
);

/** Every backend, in the order of the file's schema: a new one is an entry here. */
const BACKENDS = [s3, cloud, http, local] as const;
const [first, ...others] = BACKENDS;

/** Where an account's Terraform state is kept. */
export const stateSchema = z.discriminatedUnion("backend", [first.schema, ...others.map(({ schema }) => schema)]);

export type State = z.output<typeof stateSchema>;

/**
 * The entry of a backend; `undefined` for one that only a root names. An entry takes states of its own backend, and a name finds no
 * other: so all share one type, which TypeScript permits, as it compares the parameters of methods both ways.
 */
export function backendOf(name: State["backend"]): Backend<State>;
export function backendOf(name: string): Backend<State> | undefined;
export function backendOf(name: string): Backend<State> | undefined {
  return BACKENDS.find(({ schema }) => schema.shape.backend.value === name);
}

/** The part of a `terraform` block that says where a state is kept; `region` is the account's. */
export function stateBlock(state: State, region: string): object {
  const { settings, terraform } = backendOf(state.backend);
  const own = settings(state, region);
  return terraform?.(own) ?? { backend: { [state.backend]: own } };
}

/** An account's state, if it is in S3. `region` is the account's. */
export function stateInS3({ region, state }: { readonly region: string; readonly state: State }): S3State | undefined {
  return state.backend === "s3" ? { ...state, region: state.region ?? region } : undefined;
}
