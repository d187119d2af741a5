import type { TerraformProvider } from "cdktf";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { Identity } from "../aws/arn";
import type { PolicyDocument } from "../aws/policy-document";
import type { FieldError } from "../input/issues";
import type { OutputBody } from "../terraform/blocks";
import type { Hcl } from "../terraform/hcl";
import type { S3BucketEntry } from "./s3-buckets";

/** The account and the role that a feature adds to, in plain values. */
export interface RoleIdentity extends Identity {
  readonly path: string;
  readonly name: string;
}

/** What a feature may know beyond its own entries. */
export interface RoleContext extends RoleIdentity {
  /** The account's own region, where the activations are. */
  readonly region: string;
  /** Regions whose activations may use the role; empty for all. */
  readonly trustedRegions: readonly string[];
  /** The entries of `s3_buckets`: whoever runs a command must be allowed to name the bucket of its output. */
  readonly s3_buckets: Readonly<Record<string, S3BucketEntry>>;
}

/** A policy that a feature attaches, and the field of the input that asks for it. */
export interface AttachedPolicy {
  readonly field: readonly string[];
  readonly arn: string;
  /** The document, where the policy is made here. */
  readonly document?: PolicyDocument;
  /** What IAM shows of a policy that is made here. */
  readonly description?: string;
}

/** A policy that is made here for people: it is not attached to the service role. */
export interface GrantedPolicy extends Required<AttachedPolicy> {
  /** How much it allows, in one word for the report. */
  readonly level: string;
  /** Names of who gets it; where all three are empty the policy is made alone. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

/** What a feature's resources need from the role's construct. */
export interface BuildContext {
  /** Addresses of the attachments made so far, which what uses the role has to wait for. */
  readonly attachments: readonly string[];
  /** Tags of the role, for what is made beside it: an expression. @default - the provider's default tags alone */
  readonly tags?: Hcl | undefined;
  /** Providers of the account's other regions, by region. */
  readonly providers: Readonly<Record<string, TerraformProvider>>;
}

/** Addresses of what a feature made, in Terraform's language. */
export interface BuiltFeature {
  readonly attached?: {
    readonly attachment: string;
    /** A map from the field, in words, to the ARN attached: known before anything is made. */
    readonly policyArns: Hcl;
  };
  /** Outputs of the root module or module, by name. */
  readonly outputs?: Readonly<Record<string, OutputBody>>;
}

/** Something that whoever approves the roles should know first. */
export interface Notice {
  /** Stable name, by which the report filters the fleet. */
  readonly code: string;
  /** The same sentence in each account. */
  readonly text: string;
}

/** What the report says of a policy of AWS's. */
export interface AwsPolicy {
  /** What it lets machines do. */
  readonly lets: string;
  readonly notice: Notice;
}

/** What the report says of an entry that makes no policy. */
export interface EntryWords {
  readonly text: string;
  readonly terms: readonly (readonly [term: string, value: string | undefined])[];
}

/**
 * An optional feature: one map of entries, one Terraform variable. A new feature is one file that implements this, a second beside it
 * for its policy documents, and one line in `features.ts`.
 */
export interface Feature<Entries extends z.ZodRecord = z.ZodRecord> {
  /** Of the Terraform variable, the field in the file and the resources. */
  readonly name: string;
  readonly entries: Entries;
  /** What it is for, in the report: the beginning of a sentence. */
  readonly purpose: string;
  readonly description: string;
  /** Heading of its column in the report. */
  readonly title: string;
  /** Title of its step in the runbook. @default - it attaches nothing to the role */
  readonly step?: string;
  readonly resources: readonly string[];
  /** What IAM actions of its policies let one do, where their own name does not say it. @default - none */
  readonly actions?: Readonly<Record<string, string>>;
  /** Policies of AWS's that it attaches on its own account, by name. @default - none */
  readonly awsPolicies?: Readonly<Record<string, AwsPolicy>>;
  /** The policies that the entries attach to the service role. @default - none */
  policies?(entries: z.output<Entries>, role: RoleIdentity): AttachedPolicy[];
  /** The policies that the entries make for people. @default - none */
  grants?(entries: z.output<Entries>, role: RoleContext): GrantedPolicy[];
  /** What no single entry's schema shows. `attached` is all that the service role gets. @default - nothing */
  check?(entries: z.output<Entries>, role: RoleContext, attached: readonly AttachedPolicy[]): FieldError[];
  /** What the report puts before everything else. @default - nothing */
  notices?(entries: z.output<Entries>): Notice[];
  /** What the report says of one entry. @default - what its policies say */
  words?(entry: z.output<Entries>[string]): EntryWords;
  /** Makes the resources. The variable of the feature's name is there already. */
  build(scope: Construct, context: BuildContext): BuiltFeature;
}
