import { identityOf, readAccount } from "../config/account";
import type { Account, AccountProps } from "../config/schema";
import type { AttachedPolicy } from "../constructs/feature";
import { FEATURES } from "../constructs/features";
import { attachedPolicies } from "../constructs/role-checks";
import type { PolicyDocument } from "../policies/policy-document";
import { trustPolicy } from "../policies/trust-policy";

/** The page of AWS's procedure. */
const PROCEDURE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html";

/** A tag as IAM's API takes it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Nothing is written before this: the credentials are the account's, and its policies that the file only names exist. */
export interface CheckStep {
  readonly kind: "check";
  readonly title: string;
  readonly policyArns: readonly string[];
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

/** One policy attached to the role. */
export interface AttachStep {
  readonly kind: "attach";
  /** Empty where the step before makes the policy. */
  readonly title: string;
  readonly arn: string;
}

/** What is attached to the role besides the policies of the file is told, and left alone. */
export interface ReportStep {
  readonly kind: "report";
  readonly title: string;
  readonly policyArns: readonly string[];
}

export type Step = CheckStep | RoleStep | PolicyStep | AttachStep | ReportStep;

/** AWS's procedure for one account, in plain values. The scripts of all shells say these steps in this order. */
export interface Procedure {
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
  readonly roleName: string;
  /** Of the role and of the policies made beside it, sorted by key. */
  readonly tags: readonly Tag[];
  /** What a reader must know first: lines without comment signs. */
  readonly preface: readonly string[];
  readonly steps: readonly Step[];
}

/** How the procedure names what a field attaches. */
const TITLES: Readonly<Record<string, string>> = {
  role: "(Required) The core functionality of Systems Manager",
  directory_service: "(Optional) AWS Directory Service, for machines that join a Microsoft AD directory",
  cloudwatch_agent: "(Optional) The CloudWatch agent",
  s3_managed_buckets: "S3, case 1: the AWS-owned buckets that SSM Agent reads where a VPC endpoint is used",
  s3_buckets: "S3, case 2: buckets of your own, such as for the output of Run Command",
  policies: "A custom policy that exists already",
};

/** What IAM gives a role whose longest session nobody sets. */
const DEFAULT_SESSION = 3600;

/**
 * AWS's procedure for an account.
 * @param name - the account's name in the file
 * @throws InvalidInputError with every fault of the account
 */
export function procedure(name: string, props: AccountProps): Procedure {
  const account = readAccount(name, props);
  const { id: accountId, region, role, trust } = account;
  const identity = identityOf(account);
  const { partition } = identity;
  const attached = attachedPolicies({ identity, role, trust, features: account });
  const named = [...attached.filter(({ document }) => !document).map(({ arn }) => arn), role.permissions_boundary];
  const own = named.filter((arn) => arn?.startsWith(`arn:${partition}:iam::${accountId}:`)) as string[];
  return {
    account: name,
    accountId,
    region,
    roleName: role.name,
    tags: Object.entries(account.tags)
      .map(([Key, Value]) => ({ Key, Value }))
      .sort((a, b) => (a.Key < b.Key ? -1 : 1)),
    preface: preface(name, account),
    steps: [
      {
        kind: "check",
        title: "Before anything is written: is this the right account, and is there what the file only names?",
        policyArns: [...new Set(own)],
      },
      {
        kind: "role",
        title: "Steps 1 and 2 of AWS's procedure: the trust policy, and the service role",
        arn: `arn:${partition}:iam::${accountId}:role${role.path}${role.name}`,
        path: role.path,
        trust: trustPolicy({ ...identity, ...trust, servicePrincipal: trust.service_principal }),
        description: role.description ?? "",
        maxSessionDuration: role.max_session_duration ?? DEFAULT_SESSION,
        permissionsBoundary: role.permissions_boundary,
      },
      ...attached.flatMap((policy) => policySteps(policy, role.path)),
      {
        kind: "report",
        title: "What else is attached to the role",
        policyArns: attached.map(({ arn }) => arn),
      },
    ],
  };
}

function policySteps(
  { field, arn, document, description = "" }: AttachedPolicy,
  path: string,
): (PolicyStep | AttachStep)[] {
  const feature = field[0] as string;
  const words = TITLES[feature] ?? FEATURES[feature as keyof typeof FEATURES]?.description.split(/[:.] /)[0] ?? feature;
  const title = `Step 3: ${words}`;
  if (!document) return [{ kind: "attach", title, arn }];
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  return [
    { kind: "policy", title, file: feature, arn, name, path, description, document },
    { kind: "attach", title: "", arn },
  ];
}

function preface(name: string, { id, role, deploy_role_arn }: Account): string[] {
  return [
    `AWS's procedure for the service role ${role.name} of the account ${name} (${id}), without Terraform:`,
    PROCEDURE,
    "",
    `Run it with credentials of account ${id} that may write IAM roles and policies. It assumes no role itself.`,
    ...(deploy_role_arn ? [`(Terraform would assume ${deploy_role_arn}.)`] : []),
    "It may be run again at any time: what differs from accounts.yaml is changed, what is the same is left as it is.",
    "It detaches and deletes nothing that it did not make: other policies, other tags and a permissions boundary that the",
    "file does not name stay on the role. The one thing it deletes is the oldest version of a policy of its own, out of",
    "force, where IAM's five versions are used up. IAM never changes a policy's description: it stays as first written.",
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
