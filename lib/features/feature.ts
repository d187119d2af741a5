import type { Construct } from "constructs";
import type { z } from "zod";
import type { PolicyDocument } from "../aws/policy-document";
import type { PathFault } from "../input/issues";
import type { OutputBody } from "../terraform/blocks";
import type { OwnBucketAccess } from "./s3-buckets-policy";

/** The account and the role that a feature adds to, in plain values. */
export interface RoleIdentity {
  readonly accountId: string;
  readonly partition: string;
  readonly path: string;
  readonly name: string;
}

/** What a feature may know beyond its own entries. */
export interface RoleContext extends RoleIdentity {
  /** The account's own region, where the activations are. */
  readonly region: string;
  /** Regions whose activations may use the role; empty for all. */
  readonly trustedRegions: readonly string[];
  readonly s3_buckets: Readonly<Record<string, OwnBucketAccess>>;
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
  /** Names of who gets it; where all three are empty the policy is made alone. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

/** Addresses of what a feature made, in Terraform's language. */
export interface BuiltFeature {
  /** The attachments to the service role. */
  readonly attached?: {
    /** Address of the attachments' resource. */
    readonly attachment: string;
    /** Expression for a map from the field, in words, to the ARN attached: known before anything is made. */
    readonly policyArns: string;
    /** The block that takes over attachments which exist already; a policy that is made here has none. */
    readonly adoption?: ImportBlock;
  };
  /** Outputs of the root or module, by name. */
  readonly outputs?: Readonly<Record<string, OutputBody>>;
}

/** An `import` block. */
export interface ImportBlock {
  readonly for_each?: string;
  readonly to: string;
  readonly id: string;
}

/**
 * An optional feature: one map of entries, one Terraform variable. A new feature is one file that implements this and one line
 * in `features.ts`.
 */
export interface Feature<Entries extends z.ZodRecord = z.ZodRecord> {
  /** Of the Terraform variable, the field in the file and the resources. */
  readonly name: string;
  readonly entries: Entries;
  readonly description: string;
  /** The policies that the entries attach to the service role. @default - none */
  policies?(entries: z.output<Entries>, role: RoleIdentity): AttachedPolicy[];
  /** The policies that the entries make for people. @default - none */
  grants?(entries: z.output<Entries>, role: RoleContext): GrantedPolicy[];
  /** What no single entry's schema shows. @default - nothing */
  check?(entries: z.output<Entries>, role: RoleContext): PathFault[];
  /**
   * Makes the resources. The variable of the feature's name is there already.
   * @param attachments - addresses of the attachments that were made before, which what uses the role has to wait for
   */
  build(scope: Construct, attachments: readonly string[]): BuiltFeature;
}
