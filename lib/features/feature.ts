import type { TerraformProvider } from "cdktf";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { Identity } from "../aws/arn";
import type { PolicyDocument } from "../aws/policy-document";
import type { FieldError } from "../input/issues";
import type { OutputBody } from "../terraform/blocks";
import type { Hcl } from "../terraform/hcl";
import type { S3BucketEntry } from "./s3-buckets";

/** Account and role that a feature extends. */
export interface RoleIdentity extends Identity {
  readonly path: string;
  readonly name: string;
}

/** Account and role settings that a feature can read. */
export interface RoleContext extends RoleIdentity {
  /** The account's own region. Activations are created there by default. */
  readonly region: string;
  /** Regions whose activations can use the role. Empty for all regions. */
  readonly trustedRegions: readonly string[];
  /** Entries of `s3_buckets`. A user who runs a command needs permission to specify the bucket for its output. */
  readonly s3_buckets: Readonly<Record<string, S3BucketEntry>>;
}

/** A policy that a feature attaches, and the input field that requires it. */
export interface AttachedPolicy {
  readonly field: readonly string[];
  readonly arn: string;
  /** Policy document, if the policy is created here. */
  readonly document?: PolicyDocument;
  /** Description in IAM of a policy that is created here. */
  readonly description?: string;
}

/** A policy for people that is created here. It is not attached to the service role. */
export interface GrantedPolicy extends Required<AttachedPolicy> {
  /** Access level, for the report. */
  readonly level: string;
  /** Names of groups, roles and users that get it. If all are empty, the policy is created without attachments. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

/** Values of the role's construct that a feature's resources need. */
export interface BuildContext {
  /** Addresses of the attachments so far. Resources that use the role depend on them. */
  readonly attachments: readonly string[];
  /** Expression for the role's tags, for other taggable resources. @default - only the provider's default tags */
  readonly tags?: Hcl | undefined;
  /** Providers of the account's other regions, by region. */
  readonly providers: Readonly<Record<string, TerraformProvider>>;
}

/** Attachments and outputs of a feature, as Terraform addresses and expressions. */
export interface BuiltFeature {
  readonly attached?: {
    readonly attachment: string;
    /** Map from the field to the attached ARN. It is known before anything is created. */
    readonly policyArns: Hcl;
  };
  /** Outputs of the root module or module, by name. */
  readonly outputs?: Readonly<Record<string, OutputBody>>;
}

/** Something that the approver of the roles should know first. */
export interface Notice {
  /** Stable name. The report filters the accounts by it. */
  readonly code: string;
  /** A sentence that is the same in every account. */
  readonly text: string;
}

/** Report texts for an AWS managed policy. */
export interface AwsPolicy {
  /** What it allows machines to do. */
  readonly allows: string;
  readonly notice: Notice;
}

/** Report texts for an entry that creates no policy. */
export interface EntryWords {
  readonly text: string;
  readonly terms: readonly (readonly [term: string, value: string | undefined])[];
}

/**
 * An optional feature: one map of entries and one Terraform variable. A new feature needs a file that implements this
 * interface, a file for its policy documents, and a line in `features.ts`.
 */
export interface Feature<Entries extends z.ZodRecord = z.ZodRecord> {
  /** Name of the Terraform variable, of the field in the file and of the resources. */
  readonly name: string;
  readonly entries: Entries;
  /** Purpose, as the beginning of a sentence in the report. */
  readonly purpose: string;
  readonly description: string;
  /** Heading of its column in the report. */
  readonly title: string;
  /** Title of its step in the runbook. @default - it attaches nothing to the role */
  readonly step?: string;
  readonly resources: readonly string[];
  /** Descriptions of IAM actions of its policies whose names are not clear enough. @default - none */
  readonly actions?: Readonly<Record<string, string>>;
  /** AWS managed policies that it attaches by default, by name. @default - none */
  readonly awsPolicies?: Readonly<Record<string, AwsPolicy>>;
  /** Returns the policies that the entries attach to the service role. @default - none */
  policies?(entries: z.output<Entries>, role: RoleIdentity): AttachedPolicy[];
  /** Returns the policies that the entries create for people. @default - none */
  grants?(entries: z.output<Entries>, role: RoleContext): GrantedPolicy[];
  /**
   * Returns errors that no single entry's schema detects. `attached` has all policies of the service role.
   * @default - none
   */
  check?(entries: z.output<Entries>, role: RoleContext, attached: readonly AttachedPolicy[]): FieldError[];
  /** Returns the notices that the report shows first. @default - none */
  notices?(entries: z.output<Entries>): Notice[];
  /** Returns the report texts for one entry. @default - the report describes its policies */
  words?(entry: z.output<Entries>[string]): EntryWords;
  /** Creates the resources. The feature's variable exists already. */
  build(scope: Construct, context: BuildContext): BuiltFeature;
}
