import { isOfAccount } from "../aws/arn";
import type { PolicyDocument } from "../aws/policy-document";
import type { Account } from "../config/account";
import type { AttachedPolicy, Feature, GrantedPolicy, RoleIdentity } from "../features/feature";
import { FEATURES, type FeatureEntries } from "../features/features";

const PROCEDURE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export const ENTITY_KINDS = ["group", "role", "user"] as const;

export interface Entity {
  readonly kind: (typeof ENTITY_KINDS)[number];
  readonly name: string;
}

/** A policy, group, role or user that the file references and the script does not create. */
export type Reference = Entity | { readonly kind: "policy"; readonly name: string };

/** Kinds of steps, and the values of each. */
export interface Steps {
  /** Before any write: checks that the credentials are the account's, and that every reference exists. */
  readonly check: { readonly references: readonly Reference[] };
  /** Writes the trust policy to a file, and creates the role or updates it to match accounts.yaml. */
  readonly role: {
    readonly arn: string;
    readonly trust: PolicyDocument;
    /** Whether to take over an existing role with another trust policy. Otherwise the script refuses it. */
    readonly adopt: boolean;
    /** Empty for no description. */
    readonly description: string;
    readonly maxSessionDuration: number;
    readonly permissionsBoundary: string | undefined;
  };
  /** Creates a customer managed policy, or a new version of it. */
  readonly policy: {
    /** Name of the document: the feature's name, which is safe in file names and in variable names. */
    readonly file: string;
    readonly arn: string;
    readonly path: string;
    readonly name: string;
    /** Empty for no description. */
    readonly description: string;
    readonly document: PolicyDocument;
  };
  /** Prints the groups, roles and users that have a policy for people but are not in the file. They keep it. */
  readonly holders: { readonly arn: string; readonly expected: readonly Entity[] };
  /** Attaches one policy to the service role, or to a group, role or user. */
  readonly attach: { readonly arn: string; readonly to: Entity };
  /** Prints the policies that are attached to the role but not in the file. They stay attached. */
  readonly report: { readonly policyArns: readonly string[] };
  /** Creates one activation after the role has its policies. */
  readonly activate: {
    /** Path and name of the role, without the leading slash. */
    readonly iamRole: string;
    /** Policies that must be attached to the role first. */
    readonly policyArns: readonly string[];
    readonly entry: FeatureEntries["activations"][string];
    /** Secret that gets the ID and code. @default - the script shows them */
    readonly deliver?: {
      /** Name of the secret. */
      readonly secret: string;
      /** Tags of a new secret. */
      readonly tags: readonly Tag[];
    };
  };
  /** Ends the run if the activation in the secret needs no renewal. Runs before any write. */
  readonly renew: {
    /** Name of the secret. Each version has its activation's ID, so one request stores both the code and the ID. */
    readonly secret: string;
    /** ARN of the secret without AWS's suffix of a hyphen and six characters. A policy can allow it in advance. */
    readonly secretArn: string;
    /** Conditions as specified: `expired`, `full`, `7d`. */
    readonly conditions: readonly string[];
    readonly expired: boolean;
    readonly full: boolean;
    /** Renews an activation that expires in less than this number of days. 0 for no such condition. */
    readonly days: number;
    /** Tag that the secret must have. A secret without it belongs to somebody else. */
    readonly mark: Tag;
  };
}

/** One step of a kind. A step that belongs to the previous step has no title. */
export type StepOf<Kind extends keyof Steps> = { readonly kind: Kind; readonly title?: string } & Steps[Kind];

export type Step = { [Kind in keyof Steps]: StepOf<Kind> }[keyof Steps];

/** Steps for one account. The scripts for all shells have these steps in this order. */
export interface Procedure {
  readonly account: string;
  readonly region: string;
  /** Environment variables that the AWS CLI and AWS.Tools both read, by name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly role: RoleIdentity;
  /** Tags of everything that is created, sorted by key. */
  readonly tags: readonly Tag[];
  /** Introduction for the reader: lines without comment signs. */
  readonly preface: readonly string[];
  readonly steps: readonly Step[];
}

const CORE_STEP = "(Required) The core functionality of Systems Manager";

/** Title of the step before anything is written. */
export const CHECK_TITLE = "Before anything is written: check the account and what the file references";

/** IAM's default for the maximum session duration, in seconds. */
const DEFAULT_SESSION = 3600;

export function procedure(account: Account): Procedure {
  const { name, fields, serviceRole } = account;
  const { arn, attached, granted, identity, region, settings, trustPolicy } = serviceRole;
  const { description = "", max_session_duration: maxSessionDuration = DEFAULT_SESSION } = settings;
  const { permissions_boundary: permissionsBoundary } = settings;
  const policies = new Set(attached.flatMap((policy) => (policy.document ? [] : [policy.arn])));
  if (permissionsBoundary) policies.add(permissionsBoundary);
  const people = new Map(granted.flatMap(entitiesOf).map((entity) => [entityKey(entity), entity]));
  const references: Reference[] = [
    ...[...policies]
      .filter((policy) => isOfAccount(policy, identity))
      .map((policy): Reference => ({ kind: "policy", name: policy })),
    ...people.values(),
  ];
  return {
    account: name,
    region,
    environment: endpointVariables(fields),
    role: identity,
    tags: tagsOf(fields.tags),
    preface: preface(account),
    steps: [
      { kind: "check", title: CHECK_TITLE, references },
      {
        kind: "role",
        title: "Steps 1 and 2 of AWS's procedure: the trust policy and the service role",
        arn,
        trust: trustPolicy,
        adopt: settings.adopt,
        description,
        maxSessionDuration,
        permissionsBoundary,
      },
      ...attached.flatMap((policy) => attachSteps(policy, { kind: "role", name: identity.name })),
      ...granted.flatMap(grantSteps),
      {
        kind: "report",
        title: "Other policies that are attached to the role",
        policyArns: attached.map((policy) => policy.arn),
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html */
export function endpointVariables(fields: Account["fields"]): Record<string, string> {
  return {
    ...(fields.use_fips_endpoint && { AWS_USE_FIPS_ENDPOINT: "true" }),
    ...(fields.use_dualstack_endpoint && { AWS_USE_DUALSTACK_ENDPOINT: "true" }),
  };
}

export function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** Returns an entity as one word without special shell characters: `group/operators`. */
export function entityKey({ kind, name }: Entity): string {
  return `${kind}/${name}`;
}

function entitiesOf(policy: GrantedPolicy): Entity[] {
  return ENTITY_KINDS.flatMap((kind) => policy[`${kind}s` as const].map((name) => ({ kind, name })));
}

function attachSteps({ field: [file = ""], arn, document, description = "" }: AttachedPolicy, to: Entity): Step[] {
  const feature: Feature | undefined = FEATURES.find(({ name }) => name === file);
  const title = `Step 3: ${feature ? feature.step : CORE_STEP}`;
  if (!document) return [{ kind: "attach", title, arn, to }];
  return [policyStep(title, file, { arn, description, document }), { kind: "attach", arn, to }];
}

function grantSteps(policy: GrantedPolicy): Step[] {
  const { arn, field } = policy;
  const [file = "", label] = field;
  const title = `People who can use Systems Manager on the machines (${label})`;
  const expected = entitiesOf(policy);
  return [
    policyStep(title, file, policy),
    { kind: "holders", arn, expected },
    ...expected.map((to): Step => ({ kind: "attach", arn, to })),
  ];
}

type CreatedPolicy = Pick<StepOf<"policy">, "arn" | "description" | "document">;

function policyStep(title: string, file: string, { arn, description, document }: CreatedPolicy): Step {
  const [, path = "/", name = ""] = /:policy(\/.*?)([^/]+)$/.exec(arn) ?? [];
  return { kind: "policy", title, file, arn, path, name, description, document };
}

function preface({ name, fields: { id, role, profile, deploy_role_arn, activations } }: Account): string[] {
  const labels = Object.keys(activations);
  return [
    `AWS's procedure for the service role ${role.name} of the account ${name} (${id}), without Terraform:`,
    PROCEDURE,
    "",
    `Run it with credentials of account ${id} that can write IAM roles and policies. The script assumes no role.`,
    ...(profile ? [`(The profile of this account in the file is ${profile}. Set AWS_PROFILE to it.)`] : []),
    ...(deploy_role_arn ? [`(Terraform would assume ${deploy_role_arn}.)`] : []),
    "You can run it again at any time: it changes only what differs from accounts.yaml. It refuses an existing role with",
    "another trust policy, and shows that role, unless the file has role.adopt: true.",
    "It detaches and deletes nothing that it did not create. Policies, tags and a permissions boundary that are not in",
    "the file stay on the role. People who are no longer in the file keep their policy. The script prints what stays.",
    "It deletes only the oldest non-default version of a policy that it created, if the policy has IAM's maximum of five",
    "versions. IAM cannot change a policy's description: it stays as first written.",
    ...(labels.length > 0
      ? [
          "",
          "It creates no activation, because an activation's code is a secret. This command prints a separate script for one:",
          `npm run --silent runbook -- --account ${name} --activation ${labels.join("|")} [--shell powershell]`,
        ]
      : []),
  ];
}
