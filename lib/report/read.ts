import { z } from "zod";
import type { PolicyDocument } from "../aws/policy-document";
import type { StateFacts } from "../config/backends";
import { DEFAULT_SESSION_NAME, type Reach, SESSION, type Session } from "../config/session";
import type { Notice } from "../features/feature";
import { askFeatures, FEATURES, type FeatureEntries, mapFeatures } from "../features/features";
import { InvalidInputError } from "../input/errors";
import { fieldErrors } from "../input/issues";
import { merged } from "../input/merged";
import { type RoleSettings, roleSchema, trustSchema } from "../role/schema";
import { ROLE_RESOURCES, ServiceRole } from "../role/service-role";

export type Entry = Readonly<Record<string, unknown>>;

/** Facts of one account's root module. */
export interface AccountFacts extends Pick<ServiceRole, "identity" | "region" | "arn" | "attached" | "granted"> {
  readonly name: string;
  /** Role that Terraform assumes in the account. @default - the caller's own credentials */
  readonly deployRole?: string | undefined;
  /** How Terraform accesses the account, in addition to the role. */
  readonly reach: Reach;
  /** Tags that Terraform ignores. @default - none */
  readonly ignoredTags?: z.output<typeof ignoredTags> | undefined;
  /** Settings of the role other than its name and path. */
  readonly role: Omit<RoleSettings, "name" | "path" | "core_policy_arn" | "managed_policy_quota">;
  readonly trust: PolicyDocument;
  /** Notices of the features. */
  readonly featureNotices: readonly Notice[];
  /** Maps of the optional features that are on. */
  readonly features: Readonly<Record<string, Readonly<Record<string, Entry>>>>;
  readonly state: StateFacts;
  readonly tags: Readonly<Record<string, string>>;
  /** Types of resources that the page does not describe. */
  readonly unexplained: readonly string[];
}

/** Types of the resources that the role and the features create. */
const EXPLAINED = new Set([...ROLE_RESOURCES, ...FEATURES.flatMap(({ resources }) => resources)]);

const entry = z.record(z.string(), z.unknown());
/** Returns a schema for a list of one, which reads its element. */
function one<Schema extends z.ZodType>(schema: Schema) {
  const list = z.array(schema).length(1);
  // The cast is needed: TypeScript does not know that the list has an element.
  return list.transform(([only]) => only as z.output<Schema>);
}

const ignoredTags = z.object({
  keys: z.array(z.string()).optional(),
  key_prefixes: z.array(z.string()).optional(),
});

/** Returns a schema that reads the first element of a list. The others are the same provider in other regions. */
function first<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((list) => (Array.isArray(list) ? list.slice(0, 1) : list), one(schema));
}

/** Parts of a root module that are read. All other parts are ignored. */
const rootSchema = z.object({
  locals: z.object({ partition: z.string(), core_policy_arn: z.string() }),
  provider: z.object({
    aws: first(
      z.object({
        region: z.string(),
        allowed_account_ids: one(z.string()),
        profile: z.string().optional(),
        use_fips_endpoint: z.boolean().optional(),
        use_dualstack_endpoint: z.boolean().optional(),
        assume_role: one(z.object({ role_arn: z.string(), ...SESSION })).optional(),
        ignore_tags: one(ignoredTags).optional(),
        default_tags: one(z.object({ tags: z.record(z.string(), z.string()) })).optional(),
      }),
    ),
  }),
  import: z.unknown().optional(),
  resource: z.looseObject({
    aws_iam_role: z.object({
      this: z.object({
        name: z.string(),
        path: z.string(),
        description: z.string().optional(),
        max_session_duration: z.number().optional(),
        permissions_boundary: z.string().optional(),
        force_detach_policies: z.boolean(),
        assume_role_policy: z.string(),
      }),
    }),
  }),
  terraform: z.object({ backend: z.record(z.string(), entry).optional(), cloud: entry.optional() }),
  variable: z.record(z.string(), z.object({ default: z.unknown() })),
});

const strings = z.union([z.string(), z.array(z.string())]);

export const statementSchema = z.strictObject({
  Effect: z.enum(["Allow", "Deny"]),
  Sid: z.string().exactOptional(),
  Principal: z.record(z.string(), z.string()).exactOptional(),
  Action: strings,
  Resource: strings.exactOptional(),
  Condition: z.record(z.string(), z.record(z.string(), strings)).exactOptional(),
});

const documentSchema = z.object({ Version: z.literal("2012-10-17"), Statement: z.array(statementSchema) });

/**
 * Reads one account's root module, as `npm run synth` writes it. Its policy documents are Terraform expressions, so
 * they are computed from the variables' defaults.
 * @throws InvalidInputError if the value is not a root module, or if another version wrote it
 */
export function readRoot(name: string, json: unknown): AccountFacts {
  const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, place?: string): z.output<Schema> => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new InvalidInputError(
      fieldErrors(schema, value, result.error).map(({ path: _, field, ...error }) => ({
        ...error,
        account: name,
        field: [place, field].filter(Boolean).join("."),
        fix: "Another version wrote this root module. Run npm run synth again.",
      })),
    );
  };
  const { locals, provider, resource, terraform, variable, import: imported } = parse(rootSchema, json);
  const { name: roleName, path, assume_role_policy, ...role } = resource.aws_iam_role.this;
  const { region, allowed_account_ids: accountId, assume_role, default_tags, ignore_tags, ...reach } = provider.aws;
  const { partition } = locals;

  // The cast is needed: each map is the output of its feature's schema.
  const features = mapFeatures(({ name: feature, entries }) =>
    // An attribute that Terraform requires is null if the file does not set it.
    parse(entries, merged(entries, variable[feature]?.default), `variable.${feature}.default`),
  ) as FeatureEntries;
  const core_policy_arn = locals.core_policy_arn.replace("${local.partition}", partition);
  const identity = { accountId, partition, path, name: roleName };
  // The root module contains the trust policy itself. The trust settings are needed only for checks.
  const [settings, trust] = [{ ...roleSchema.parse({}), core_policy_arn }, trustSchema.parse({})];
  const { arn, attached, granted } = new ServiceRole(identity, region, settings, trust, features);
  const { cloud, backend = {} } = terraform;
  const [[kind, stateSettings] = ["local", {}]] = Object.entries(cloud ? { cloud } : backend);
  return {
    name,
    region,
    identity,
    arn,
    attached,
    granted,
    deployRole: assume_role?.role_arn,
    reach: { ...reach, session: assume_role && sessionOf(assume_role) },
    ignoredTags: ignore_tags,
    role: {
      ...role,
      adopt: imported !== undefined,
      exclusive_policies: "aws_iam_role_policy_attachments_exclusive" in resource,
    },
    trust: parse(documentSchema, parseJson(assume_role_policy), "resource.aws_iam_role.this.assume_role_policy"),
    featureNotices: askFeatures(features, (feature, entries) => feature.notices?.(entries)),
    features: Object.fromEntries(Object.entries(features).filter(([, map]) => Object.keys(map).length > 0)),
    state: { backend: kind, settings: stateSettings },
    tags: default_tags?.tags ?? {},
    unexplained: Object.keys(resource).filter((type) => !EXPLAINED.has(type)),
  };
}

/** Returns the settings of a session in the file. */
function sessionOf({ role_arn: _, session_name: name, ...session }: { readonly role_arn: string } & Session): Session {
  return { ...(name !== DEFAULT_SESSION_NAME && { session_name: name }), ...session };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
