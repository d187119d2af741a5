import { z } from "zod";
import { awsManagedPolicyArn } from "../aws/partitions";
import type { PolicyDocument } from "../aws/policy-document";
import type { StateFacts } from "../config/backends";
import type { AttachedPolicy, GrantedPolicy, Notice, RoleIdentity } from "../features/feature";
import { askFeatures, FEATURES, type FeatureEntries, mapFeatures } from "../features/features";
import { InvalidInputError } from "../input/errors";
import { type PathFault, pathFaults } from "../input/issues";
import { roleSchema, trustSchema } from "../role/schema";
import { CORE_POLICY, ROLE_RESOURCES, ServiceRole } from "../role/service-role";

/** One entry of a feature's map. */
export type Entry = Readonly<Record<string, unknown>>;

/** What one account's root says, in plain values. */
export interface AccountFacts {
  readonly name: string;
  readonly region: string;
  readonly identity: RoleIdentity;
  /** Role that Terraform assumes in the account. @default - the caller's own credentials */
  readonly deployRole?: string | undefined;
  readonly role: RoleFacts;
  readonly trust: PolicyDocument;
  /** Every policy of the role, the required one first. */
  readonly policies: readonly AttachedPolicy[];
  /** Every policy made for people. */
  readonly grants: readonly GrantedPolicy[];
  /** What the features put before everything else. */
  readonly featureNotices: readonly Notice[];
  /** The maps of the optional features that are on. */
  readonly features: Readonly<Record<string, Readonly<Record<string, Entry>>>>;
  readonly state: StateFacts;
  readonly tags: Readonly<Record<string, string>>;
  /** Types of resources that this page has no words for. */
  readonly unexplained: readonly string[];
}

/** Settings of the role besides its name and path. */
export interface RoleFacts {
  readonly description?: string | undefined;
  /** Longest session, in seconds. @default - IAM's own */
  readonly max_session_duration?: number | undefined;
  readonly permissions_boundary?: string | undefined;
  readonly force_detach_policies: boolean;
  /** The next apply takes over a role that exists. */
  readonly adopt: boolean;
  /** Policies that others attach are detached. */
  readonly exclusive_policies: boolean;
}

/** Types of the resources that the role and the features make. */
const EXPLAINED = new Set([...ROLE_RESOURCES, ...FEATURES.flatMap(({ resources }) => resources)]);

const entry = z.record(z.string(), z.unknown());
const one = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).length(1);

/** The parts of a root that are read. What else stands there does not matter here. */
const rootSchema = z.object({
  locals: z.object({ partition: z.string(), core_policy_arn: z.string() }),
  provider: z.object({
    aws: one(
      z.object({
        region: z.string(),
        allowed_account_ids: one(z.string()),
        assume_role: one(z.object({ role_arn: z.string() })).optional(),
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
  terraform: z.object({
    backend: z.record(z.string(), entry).optional(),
    cloud: entry.optional(),
  }),
  variable: z.record(z.string(), z.object({ default: z.unknown() })),
});

const texts = z.union([z.string(), z.array(z.string())]);

/** One statement of a policy. */
export const statementSchema = z.strictObject({
  Effect: z.literal("Allow"),
  Sid: z.string().exactOptional(),
  Principal: z.record(z.string(), z.string()).exactOptional(),
  Action: texts,
  Resource: texts.exactOptional(),
  Condition: z.record(z.string(), z.record(z.string(), texts)).exactOptional(),
});

const documentSchema = z.object({ Version: z.literal("2012-10-17"), Statement: z.array(statementSchema) });

/**
 * Reads one account's root, as `npm run synth` writes it. The documents of the policies are Terraform expressions there; they are
 * computed anew from the variables' defaults.
 * @throws InvalidInputError where the root is none, or one of another version
 */
export function readRoot(name: string, json: unknown): AccountFacts {
  const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, ...place: string[]): z.output<Schema> => {
    const { data, error } = schema.safeParse(value);
    if (error) throw otherVersion(name, place, pathFaults(schema, value, error));
    return data as z.output<Schema>;
  };
  const root = parse(rootSchema, json);
  const [provider] = root.provider.aws as [(typeof root.provider.aws)[number]];
  const { this: role } = root.resource.aws_iam_role;
  const { name: roleName, path, assume_role_policy, ...rest } = role;
  const { partition } = root.locals;
  const identity = { accountId: provider.allowed_account_ids[0] as string, partition, path, name: roleName };

  const features = mapFeatures(({ name: feature, entries }) =>
    parse(entries, root.variable[feature]?.default, "variable", feature, "default"),
  ) as FeatureEntries;
  const core = root.locals.core_policy_arn.replace("${local.partition}", partition);
  const settings = { ...roleSchema.parse({}), core_policy_arn: core };
  // The root holds the trust policy itself; its settings serve checks alone.
  const trust = trustSchema.parse({});
  const serviceRole = new ServiceRole({ identity, region: provider.region, settings, trust, features });
  const [backend, state] = root.terraform.cloud
    ? (["cloud", root.terraform.cloud] as const)
    : (Object.entries(root.terraform.backend ?? {})[0] ?? ["local", {}]);
  return {
    name,
    region: provider.region,
    identity,
    deployRole: provider.assume_role?.[0]?.role_arn,
    role: {
      ...rest,
      adopt: root.import !== undefined,
      exclusive_policies: "aws_iam_role_policy_attachments_exclusive" in root.resource,
    },
    trust: parse(
      documentSchema,
      parseJson(assume_role_policy),
      "resource",
      "aws_iam_role",
      "this",
      "assume_role_policy",
    ),
    policies: serviceRole.attached,
    grants: serviceRole.granted,
    featureNotices: askFeatures(features, (feature, entries) => feature.notices?.(entries)),
    features: Object.fromEntries(Object.entries(features).filter(([, map]) => Object.keys(map).length > 0)),
    state: { backend, settings: state },
    tags: provider.default_tags?.[0]?.tags ?? {},
    unexplained: Object.keys(root.resource).filter((type) => !EXPLAINED.has(type)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function otherVersion(account: string, place: readonly string[], faults: readonly PathFault[]): InvalidInputError {
  return new InvalidInputError(
    faults.map(({ path: _, field, ...fault }) => ({
      ...fault,
      account,
      field: [place.join("."), field].filter(Boolean).join("."),
      fix: "This root is not as today's code writes it: run npm run synth again.",
    })),
  );
}

/** Whether a policy is the one that AWS's procedure requires. */
export function isCorePolicy(arn: string, { partition }: RoleIdentity): boolean {
  return arn === awsManagedPolicyArn(partition, CORE_POLICY);
}
