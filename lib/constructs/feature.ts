import type { Construct } from "constructs";
import type { z } from "zod";
import type { PolicyDocument } from "../policies/policy-document";

/** The account and the role that a feature adds to, in plain values. */
export interface RoleIdentity {
  readonly accountId: string;
  readonly partition: string;
  readonly path: string;
  readonly name: string;
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

/** Addresses of what a feature made, in Terraform's language. */
export interface BuiltFeature {
  /** Address of the attachments' resource. */
  readonly attachment: string;
  /** Expression for a map from the field, in words, to the ARN attached: known before anything is made. */
  readonly policyArns: string;
  /** The block that takes over attachments which exist already; a policy that is made here has none. */
  readonly adoption?: ImportBlock;
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
  /** The policies that the entries attach. */
  policies(entries: z.output<Entries>, role: RoleIdentity): AttachedPolicy[];
  /** Makes the resources. The variable of the feature's name is there already. */
  build(scope: Construct): BuiltFeature;
}
