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

/** The rules that hold between fields. The file's errors and Terraform's preconditions both say them. */
export const ROLE_RULES = {
  duplicatePolicy: "must not attach a policy that another entry attaches already",
  tooMany: "must not attach more policies than the role's quota managed_policy_quota",
  foreign: "must be a policy of this account or of AWS, in the account's own partition",
  trustTooLong: `must result in a trust policy of at most ${POLICY_SIZE.trust} characters`,
} as const;

/** The policy that every managed node needs. */
export const CORE_POLICY = "AmazonSSMManagedInstanceCore";

/** Types of the resources that a role makes besides those of its features. */
export const ROLE_RESOURCES = [
  // Remembers which role the state holds; nothing in AWS.
  "terraform_data",
  "aws_iam_role",
  "aws_iam_role_policy_attachment",
  "aws_iam_role_policy_attachments_exclusive",
  "aws_iam_role_policies_exclusive",
];

/**
 * A service role with all that is attached to it, as one value: Terraform, the runbook and the report are made from it. In a program's
 * own stack, the identity and single settings may be Terraform expressions.
 */
export class ServiceRole {
  /** @param region - the account's own */
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

  /** Every policy that the role gets, the required one first. */
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

  /** What no single field shows: policies attached twice, too many or foreign, documents that IAM would refuse. */
  check(): FieldError[] {
    const { identity, settings, trust, attached } = this;
    const errors: FieldError[] = [];
    const firstOf = new Map<string, readonly string[]>();
    for (const { field, arn } of attached) {
      const first = firstOf.get(arn);
      firstOf.set(arn, first ?? field);
      if (first) {
        const fix = `${fieldName(first)} attaches it: remove one of the two.`;
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
      const rule = `${ROLE_RULES.tooMany}; this attaches ${attached.length}.`;
      const fix = "Merge policies, or have AWS raise the quota and write it here.";
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

/** Error for a policy of another account or partition; none for one of the account's own or of AWS's. */
function foreignPolicy(field: readonly string[], arn: string, identity: RoleIdentity): FieldError[] {
  const { partition, accountId } = identity;
  if (isOfAccount(arn, identity) || isOfAccount(arn, { partition, accountId: "aws" })) return [];
  const rule = `${ROLE_RULES.foreign}: arn:${partition}:iam::${accountId}:… or arn:${partition}:iam::aws:….`;
  const fix = "Name a policy of this account; {account_id} and {partition} are replaced by its id and partition.";
  return [errorAt(field, { code: "foreign_policy", value: arn, rule, fix })];
}
