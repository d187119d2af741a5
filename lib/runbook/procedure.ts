import { isOfAccount } from "../aws/arn";
import type { PolicyDocument } from "../aws/policy-document";
import type { Account } from "../config/account";
import type { AttachedPolicy, Feature, GrantedPolicy } from "../features/feature";
import { FEATURES } from "../features/features";

/** The page of AWS's procedure. */
const PROCEDURE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html";

/** A tag as IAM's API takes it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a policy can be attached to. */
export interface Entity {
  readonly kind: "group" | "role" | "user";
  readonly name: string;
}

/** What the file only names: a policy by its ARN, or who gets one. */
export type Named = Entity | { readonly kind: "policy"; readonly name: string };

/** Nothing is written before this: the credentials are the account's, and what the file only names exists. */
export interface CheckStep {
  readonly kind: "check";
  readonly title: string;
  readonly named: readonly Named[];
}

/** The trust policy's file, and the role made from it or brought to what the file says. */
export interface RoleStep {
  readonly kind: "role";
  readonly title: string;
  readonly arn: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  /** Empty for none. */
  readonly description: string;
  readonly maxSessionDuration: number;
  readonly permissionsBoundary?: string | undefined;
}

/** A policy of the account's own, made or given a new version. */
export interface PolicyStep {
  readonly kind: "policy";
  readonly title: string;
  /** Of the document: the feature's name, which is safe in a file's name and in a variable's. */
  readonly file: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly document: PolicyDocument;
}

/** Who has a policy for people besides those that the file names is told, and left alone. */
export interface HoldersStep {
  readonly kind: "holders";
  readonly title: string;
  readonly arn: string;
  readonly named: readonly Entity[];
}

/** One policy attached to the service role, or to people. */
export interface AttachStep {
  readonly kind: "attach";
  /** Empty where the step before makes the policy. */
  readonly title: string;
  readonly arn: string;
  readonly to: Entity;
}

/** What is attached to the role besides the policies of the file is told, and left alone. */
export interface ReportStep {
  readonly kind: "report";
  readonly title: string;
  readonly policyArns: readonly string[];
}

/** One activation, made once the role has its policies. */
export interface ActivateStep {
  readonly kind: "activate";
  readonly title: string;
  /** The role as an activation takes it: with its path, without the first slash. */
  readonly iamRole: string;
  /** What must be attached to the role before. */
  readonly policyArns: readonly string[];
  readonly registrationLimit: number;
  /** A moment of RFC 3339, or a number of days from the run. @default - AWS's own, 24 hours */
  readonly expiry?: string | number | undefined;
  readonly description?: string | undefined;
  readonly defaultInstanceName?: string | undefined;
}

export type Step = CheckStep | RoleStep | PolicyStep | AttachStep | HoldersStep | ReportStep | ActivateStep;

/** What is done in one account, in plain values. The scripts of all shells say these steps in this order. */
export interface Procedure {
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
  readonly roleName: string;
  /** Of all that is made, sorted by key. */
  readonly tags: readonly Tag[];
  /** What a reader must know first: lines without comment signs. */
  readonly preface: readonly string[];
  readonly steps: readonly Step[];
}

/** Title of the step that attaches the required policy. */
const CORE_STEP = "(Required) The core functionality of Systems Manager";

/** Title of what comes before anything is written. */
export const CHECK_TITLE =
  "Before anything is written: is this the right account, and is there what the file only names?";

/** What IAM gives a role whose longest session nobody sets. */
const DEFAULT_SESSION = 3600;

/** AWS's procedure for an account. */
export function procedure(account: Account): Procedure {
  const { name: accountName, fields, serviceRole } = account;
  const { attached, granted, identity, settings } = serviceRole;
  const { accountId, path, name } = identity;
  const arns = attached.flatMap(({ arn, document }) => (document ? [] : [arn]));
  const named = [...arns, ...(settings.permissions_boundary ? [settings.permissions_boundary] : [])];
  const to: Entity = { kind: "role", name };
  return {
    account: accountName,
    accountId,
    region: serviceRole.region,
    roleName: name,
    tags: tagsOf(fields.tags),
    preface: preface(account),
    steps: [
      {
        kind: "check",
        title: CHECK_TITLE,
        named: [
          ...[...new Set(named)]
            .filter((arn) => isOfAccount(arn, identity))
            .map((arn): Named => ({ kind: "policy", name: arn })),
          ...new Map(granted.flatMap(entitiesOf).map((entity) => [entityKey(entity), entity])).values(),
        ],
      },
      {
        kind: "role",
        title: "Steps 1 and 2 of AWS's procedure: the trust policy, and the service role",
        arn: serviceRole.arn,
        path,
        trust: serviceRole.trustPolicy,
        description: settings.description ?? "",
        maxSessionDuration: settings.max_session_duration ?? DEFAULT_SESSION,
        permissionsBoundary: settings.permissions_boundary,
      },
      ...attached.flatMap((policy) => attachSteps(policy, path, to)),
      ...granted.flatMap((policy) => grantSteps(policy, path)),
      {
        kind: "report",
        title: "What else is attached to the role",
        policyArns: attached.map(({ arn }) => arn),
      },
    ],
  };
}

/** Tags as IAM's and Systems Manager's API take them, sorted by key. */
export function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** An entity in one word, of no character that a shell would act on: `group/operators`. */
export function entityKey({ kind, name }: Entity): string {
  return `${kind}/${name}`;
}

function entitiesOf({ groups, roles, users }: GrantedPolicy): Entity[] {
  return [
    ...groups.map((name): Entity => ({ kind: "group", name })),
    ...roles.map((name): Entity => ({ kind: "role", name })),
    ...users.map((name): Entity => ({ kind: "user", name })),
  ];
}

function attachSteps(policy: AttachedPolicy, path: string, to: Entity): Step[] {
  const { arn, field } = policy;
  const feature: Feature | undefined = FEATURES.find(({ name }) => name === field[0]);
  const title = `Step 3: ${feature ? feature.step : CORE_STEP}`;
  return policy.document
    ? [policyStep({ ...policy, document: policy.document }, title, path), { kind: "attach", title: "", arn, to }]
    : [{ kind: "attach", title, arn, to }];
}

function grantSteps(policy: GrantedPolicy, path: string): Step[] {
  const { arn, field } = policy;
  const named = entitiesOf(policy);
  return [
    policyStep(policy, `People: who may use Systems Manager on the machines (${field[1]})`, path),
    { kind: "holders", title: "", arn, named },
    ...named.map((to): AttachStep => ({ kind: "attach", title: "", arn, to })),
  ];
}

function policyStep(
  { field, arn, document, description = "" }: AttachedPolicy & { readonly document: PolicyDocument },
  title: string,
  path: string,
): PolicyStep {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  return { kind: "policy", title, file: field[0] as string, arn, name, path, description, document };
}

function preface({ name, fields: { id, role, deploy_role_arn, activations } }: Account): string[] {
  const labels = Object.keys(activations);
  return [
    `AWS's procedure for the service role ${role.name} of the account ${name} (${id}), without Terraform:`,
    PROCEDURE,
    "",
    `Run it with credentials of account ${id} that may write IAM roles and policies. It assumes no role itself.`,
    ...(deploy_role_arn ? [`(Terraform would assume ${deploy_role_arn}.)`] : []),
    "It may be run again at any time: what differs from accounts.yaml is changed, what is the same is left as it is.",
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

/** Writes all steps, each under its title, in the language of a shell. Both languages begin a comment with #. */
export function writeSteps(steps: readonly Step[], write: (step: Step) => readonly string[]): string {
  return steps.map((step) => [...(step.title ? ["", `# ${step.title}`] : []), ...write(step)].join("\n")).join("\n");
}

/** Indents lines by a level: of commands, never of a document. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** JSON in ASCII alone, so that no shell, code page or JMESPath literal reads it otherwise. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[`\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
