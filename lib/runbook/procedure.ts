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

/** What the file only names: a policy by its ARN, or who gets one. */
export type Named = Entity | { readonly kind: "policy"; readonly name: string };

/** The kinds of steps, and what a script has to know for each. */
export interface Steps {
  /** Nothing is written before this: the credentials are the account's, and what the file only names exists. */
  readonly check: { readonly named: readonly Named[] };
  /** The trust policy's file, and the role made from it or brought to what the file says. */
  readonly role: {
    readonly arn: string;
    readonly trust: PolicyDocument;
    /** Whether a role that exists with another trust policy is taken over. Otherwise the script refuses it. */
    readonly adopt: boolean;
    /** Empty for none. */
    readonly description: string;
    readonly maxSessionDuration: number;
    readonly permissionsBoundary: string | undefined;
  };
  /** A policy of the account's own, made or given a new version. */
  readonly policy: {
    /** Of the document: the feature's name, which is safe in a file's name and in a variable's. */
    readonly file: string;
    readonly arn: string;
    readonly path: string;
    readonly name: string;
    /** Empty for none. */
    readonly description: string;
    readonly document: PolicyDocument;
  };
  /** Who has a policy for people besides those that the file names is told, and left alone. */
  readonly holders: { readonly arn: string; readonly named: readonly Entity[] };
  /** One policy attached to the service role, or to people. */
  readonly attach: { readonly arn: string; readonly to: Entity };
  /** What is attached to the role besides the policies of the file is told, and left alone. */
  readonly report: { readonly policyArns: readonly string[] };
  /** One activation, made once the role has its policies. */
  readonly activate: {
    /** The role as an activation takes it: with its path, without the first slash. */
    readonly iamRole: string;
    /** What must be attached to the role before. */
    readonly policyArns: readonly string[];
    readonly entry: FeatureEntries["activations"][string];
    /** Where the ID and code go. @default - they are shown */
    readonly deliver?: {
      /** Name of the secret. */
      readonly secret: string;
      /** Of the secret, where it is new. */
      readonly tags: readonly Tag[];
    };
  };
  /** The run ends where the activation that the secret stands for is good: nothing is written before this. */
  readonly renew: {
    /** Name of the secret. The ID of each of its versions is that of an activation: one request stores the code and says whose it is. */
    readonly secret: string;
    /** Its ARN without the hyphen and six characters that AWS adds: a policy can allow it before the secret exists. */
    readonly secretArn: string;
    /** As they were asked for: `expired`, `full`, `7d`. */
    readonly conditions: readonly string[];
    readonly expired: boolean;
    readonly full: boolean;
    /** Renews less than so many days before the expiry. 0 for none. */
    readonly days: number;
    /** Tag without which a secret is somebody else's. */
    readonly mark: Tag;
  };
}

/** One step of a kind, in plain values. One that belongs to the step before has no title. */
export type StepOf<Kind extends keyof Steps> = { readonly kind: Kind; readonly title?: string } & Steps[Kind];

export type Step = { [Kind in keyof Steps]: StepOf<Kind> }[keyof Steps];

/** What is done in one account, in plain values. The scripts of all shells say these steps in this order. */
export interface Procedure {
  readonly account: string;
  readonly region: string;
  /** Environment variables that the AWS CLI and AWS.Tools both take, by name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly role: RoleIdentity;
  /** Of all that is made, sorted by key. */
  readonly tags: readonly Tag[];
  /** What a reader must know first: lines without comment signs. */
  readonly preface: readonly string[];
  readonly steps: readonly Step[];
}

const CORE_STEP = "(Required) The core functionality of Systems Manager";

/** Title of what comes before anything is written. */
export const CHECK_TITLE =
  "Before anything is written: is this the right account, and is there what the file only names?";

/** What IAM gives a role whose longest session nobody sets. */
const DEFAULT_SESSION = 3600;

export function procedure(account: Account): Procedure {
  const { name, fields, serviceRole } = account;
  const { arn, attached, granted, identity, region, settings, trustPolicy } = serviceRole;
  const { description = "", max_session_duration: maxSessionDuration = DEFAULT_SESSION } = settings;
  const { permissions_boundary: permissionsBoundary } = settings;
  const policies = new Set(attached.flatMap((policy) => (policy.document ? [] : [policy.arn])));
  if (permissionsBoundary) policies.add(permissionsBoundary);
  const people = new Map(granted.flatMap(entitiesOf).map((entity) => [entityKey(entity), entity]));
  const named: Named[] = [
    ...[...policies]
      .filter((policy) => isOfAccount(policy, identity))
      .map((policy): Named => ({ kind: "policy", name: policy })),
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
      { kind: "check", title: CHECK_TITLE, named },
      {
        kind: "role",
        title: "Steps 1 and 2 of AWS's procedure: the trust policy, and the service role",
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
        title: "What else is attached to the role",
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

/** An entity in one word, of no character that a shell would act on: `group/operators`. */
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
  const title = `People: who may use Systems Manager on the machines (${label})`;
  const named = entitiesOf(policy);
  return [
    policyStep(title, file, policy),
    { kind: "holders", arn, named },
    ...named.map((to): Step => ({ kind: "attach", arn, to })),
  ];
}

type MadePolicy = Pick<StepOf<"policy">, "arn" | "description" | "document">;

function policyStep(title: string, file: string, { arn, description, document }: MadePolicy): Step {
  const [, path = "/", name = ""] = /:policy(\/.*?)([^/]+)$/.exec(arn) ?? [];
  return { kind: "policy", title, file, arn, path, name, description, document };
}

function preface({ name, fields: { id, role, profile, deploy_role_arn, activations } }: Account): string[] {
  const labels = Object.keys(activations);
  return [
    `AWS's procedure for the service role ${role.name} of the account ${name} (${id}), without Terraform:`,
    PROCEDURE,
    "",
    `Run it with credentials of account ${id} that may write IAM roles and policies. It assumes no role itself.`,
    ...(profile ? [`(The file names the profile ${profile} for this account: set AWS_PROFILE to it.)`] : []),
    ...(deploy_role_arn ? [`(Terraform would assume ${deploy_role_arn}.)`] : []),
    "It may be run again at any time: what differs from accounts.yaml is changed, what is the same is left as it is. It",
    "refuses a role that exists with another trust policy, and shows it, unless the file has role.adopt: true.",
    "It detaches and deletes nothing that it did not make: other policies, other tags and a permissions boundary that the",
    "file does not name stay on the role, and people whom it names no longer keep their policy: the script says so. The one",
    "thing it deletes is the oldest version of a policy of its own, out of force, where IAM's five versions are used up. IAM",
    "never changes a policy's description: it stays as first written.",
    ...(labels.length > 0
      ? [
          "",
          "It makes no activation: its code is a secret. This prints a script of its own for one:",
          `npm run --silent runbook -- --account ${name} --activation ${labels.join("|")} [--shell powershell]`,
        ]
      : []),
  ];
}
