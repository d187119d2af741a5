import { isOfAccount } from "../aws/arn";
import { awsManagedPolicyArn } from "../aws/partitions";
import { POLICY_SIZE, type PolicyDocument, policySize } from "../aws/policy-document";
import { POLICY_TOO_LONG } from "../features/attachments";
import type { AttachedPolicy, GrantedPolicy, RoleContext, RoleIdentity } from "../features/feature";
import { askFeatures, type FeatureEntries } from "../features/features";
import { foreignRegions } from "../features/own-partition";
import { errorAt, type FieldError, fieldName } from "../input/issues";
import { IAM_QUOTAS } from "../input/rules";
import type { RoleSettings, TrustSettings } from "./schema";
import { trustPolicy } from "./trust-policy";

/** Rules across fields, used in the file's errors and in Terraform's preconditions. */
export const ROLE_RULES = {
  duplicatePolicy: "must not attach a policy that another entry attaches already",
  tooMany: "must not attach more policies than managed_policy_quota allows",
  foreign: "must be a policy of this account or of AWS, in the account's own partition",
  trustTooLong: `must result in a trust policy of at most ${POLICY_SIZE.trust} characters`,
} as const;

/** Policy that every managed node needs. */
export const CORE_POLICY = "AmazonSSMManagedInstanceCore";

/** Resource types of a role, without those of its features. */
export const ROLE_RESOURCES = [
  // Records which role the state contains. It creates nothing in AWS.
  "terraform_data",
  "aws_iam_role",
  "aws_iam_role_policy_attachment",
  "aws_iam_role_policy_attachments_exclusive",
  "aws_iam_role_policies_exclusive",
];

/**
 * A service role with everything that is attached to it, as one value. Terraform code, the runbook and the report are derived from it.
 * In a program's own stack, the identity and single settings may be Terraform expressions.
 */
export class ServiceRole {
  /** @param region - the account's region */
  constructor(
    readonly identity: RoleIdentity,
    readonly region: string,
    readonly settings: RoleSettings,
    readonly trust: TrustSettings,
    readonly features: FeatureEntries,
  ) {}

  get arn(): string {
    const { partition, accountId, path, name } = this.identity;
    return `arn:${partition}:iam::${accountId}:role${path}${name}`;
  }

  /** All policies of the role, the required one first. */
  get attached(): readonly AttachedPolicy[] {
    const core = this.settings.core_policy_arn ?? awsManagedPolicyArn(this.identity.partition, CORE_POLICY);
    const ofFeatures = askFeatures(this.features, (feature, entries) => feature.policies?.(entries, this.identity));
    return [{ field: ["role", "core_policy_arn"], arn: core }, ...ofFeatures];
  }

  get granted(): readonly GrantedPolicy[] {
    return askFeatures(this.features, (feature, entries) => feature.grants?.(entries, this.context));
  }

  get trustPolicy(): PolicyDocument {
    return trustPolicy(this.identity, this.trust);
  }

  /** Returns errors that no single field shows: duplicate, too many or foreign policies, and documents that IAM would reject. */
  check(): FieldError[] {
    const { identity, settings, trust, attached } = this;
    const errors: FieldError[] = [];
    const firstOf = new Map<string, readonly string[]>();
    for (const { field, arn } of attached) {
      const first = firstOf.get(arn);
      firstOf.set(arn, first ?? field);
      if (first) {
        const fix = `${fieldName(first)} attaches it already. Remove one of the two.`;
        errors.push(
          errorAt(field, { code: "duplicate_policy", value: arn, rule: `${ROLE_RULES.duplicatePolicy}.`, fix }),
        );
      }
      errors.push(...foreignPolicy(field, arn, identity));
    }
    for (const { field, document } of [...attached, ...this.granted]) {
      const size = document ? policySize(document) : 0;
      if (size > POLICY_SIZE.managed) {
        const rule = `${POLICY_TOO_LONG}; this one has ${size}.`;
        errors.push(
          errorAt(field, { code: "policy_size", rule, fix: "Remove some of its entries.", page: IAM_QUOTAS }),
        );
      }
    }
    const value = settings.managed_policy_quota;
    if (attached.length > value) {
      const rule = `${ROLE_RULES.tooMany}; this role attaches ${attached.length}.`;
      const fix = "Merge policies, or request a higher quota from AWS and set it here.";
      const finding = { code: "too_many_policies", value, rule, fix, page: IAM_QUOTAS };
      errors.push(errorAt(["role", "managed_policy_quota"], finding));
    }
    if (settings.permissions_boundary) {
      errors.push(...foreignPolicy(["role", "permissions_boundary"], settings.permissions_boundary, identity));
    }
    errors.push(...foreignRegions(["trust", "regions"], trust.regions, identity.partition));
    errors.push(...askFeatures(this.features, (feature, entries) => feature.check?.(entries, this.context, attached)));
    const trustSize = policySize(this.trustPolicy);
    if (trustSize > POLICY_SIZE.trust) {
      const rule = `${ROLE_RULES.trustTooLong}; this one has ${trustSize}.`;
      const fix = "List fewer regions.";
      errors.push(errorAt(["trust", "regions"], { code: "trust_policy_size", rule, fix, page: IAM_QUOTAS }));
    }
    return errors;
  }

  private get context(): RoleContext {
    const { identity, region, trust, features } = this;
    return { ...identity, region, trustedRegions: trust.regions, s3_buckets: features.s3_buckets };
  }
}

/** Returns an error for a policy of another account or partition. Policies of the account and of AWS are valid. */
function foreignPolicy(field: readonly string[], arn: string, identity: RoleIdentity): FieldError[] {
  const { partition, accountId } = identity;
  if (isOfAccount(arn, identity) || isOfAccount(arn, { partition, accountId: "aws" })) return [];
  const rule = `${ROLE_RULES.foreign}: arn:${partition}:iam::${accountId}:… or arn:${partition}:iam::aws:….`;
  const fix = "Specify a policy of this account. {account_id} and {partition} are replaced with its id and partition.";
  return [errorAt(field, { code: "foreign_policy", value: arn, rule, fix })];
}
