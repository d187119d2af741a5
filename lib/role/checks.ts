import type { z } from "zod";
import { awsManagedPolicyArn, partitionOf } from "../aws/partitions";
import { POLICY_SIZE, policySize } from "../aws/policy-document";
import { POLICY_TOO_LONG } from "../features/attachments";
import type { AttachedPolicy, Feature, GrantedPolicy, RoleContext, RoleIdentity } from "../features/feature";
import { FEATURES } from "../features/features";
import { REGION_OF_PARTITION, REMOVE_REGION } from "../features/s3-managed-buckets";
import { faultAt, fieldName, type PathFault } from "../input/issues";
import type { RoleSettings, TrustSettings } from "./schema";
import { trustPolicy } from "./trust-policy";

const QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** The rules that hold between fields, in the words that both the file's faults and Terraform's preconditions use. */
export const ROLE_RULES = {
  attachedTwice: "must not attach a policy that another entry attaches already",
  tooMany: "must not attach more policies than the role's quota managed_policy_quota",
  foreign: "must be a policy of this account or of AWS, in the account's own partition",
  trustTooLong: `must make a trust policy of at most ${POLICY_SIZE.trust} characters`,
} as const;

/** The policy that every managed node needs. */
export const CORE_POLICY = "AmazonSSMManagedInstanceCore";

/** The maps of every feature, defaults filled in. */
export type FeatureEntries = { readonly [Name in keyof typeof FEATURES]: z.output<(typeof FEATURES)[Name]["entries"]> };

/** A role with all that is attached to it, in plain values. */
export interface RolePlan {
  readonly identity: RoleIdentity;
  /** The account's own region. */
  readonly region: string;
  readonly role: RoleSettings;
  readonly trust: TrustSettings;
  readonly features: FeatureEntries;
}

/** Every policy that the role gets, the required one first. */
export function attachedPolicies(plan: RolePlan): AttachedPolicy[] {
  const { identity, role } = plan;
  const core = role.core_policy_arn ?? awsManagedPolicyArn(identity.partition, CORE_POLICY);
  const ofFeatures = ofEach(plan, (feature, entries) => feature.policies?.(entries, identity));
  return [{ field: ["role", "core_policy_arn"], arn: core }, ...ofFeatures];
}

/** Every policy that is made for people. */
export function grantedPolicies(plan: RolePlan): GrantedPolicy[] {
  return ofEach(plan, (feature, entries, context) => feature.grants?.(entries, context));
}

function ofEach<Said>(
  { identity, region, trust, features }: RolePlan,
  say: (feature: Feature, entries: never, context: RoleContext) => readonly Said[] | undefined,
): Said[] {
  const context = { ...identity, region, trustedRegions: trust.regions, s3_buckets: features.s3_buckets };
  return ofFeatures(features, (feature, entries) => say(feature, entries, context));
}

/** What all features say of their entries. */
export function ofFeatures<Said>(
  features: FeatureEntries,
  say: (feature: Feature, entries: never) => readonly Said[] | undefined,
): Said[] {
  return Object.values(FEATURES).flatMap((feature) => {
    const entries = features[feature.name as keyof FeatureEntries] as never;
    return say(feature as unknown as Feature, entries) ?? [];
  });
}

/** What no single field shows: policies attached twice, too many or foreign, documents that IAM would refuse. */
export function checkRole(plan: RolePlan): PathFault[] {
  const { identity, role, trust } = plan;
  const attached = attachedPolicies(plan);
  const faults: PathFault[] = [];
  const firstOf = new Map<string, readonly string[]>();
  for (const { field, arn } of attached) {
    const first = firstOf.get(arn);
    firstOf.set(arn, first ?? field);
    if (first) {
      const fix = `${fieldName(first)} attaches it: remove one of the two.`;
      faults.push(faultAt(field, { code: "attached_twice", value: arn, rule: `${ROLE_RULES.attachedTwice}.`, fix }));
    }
    if (isForeign(arn, identity)) faults.push(faultAt(field, { value: arn, ...foreign(identity) }));
  }
  for (const { field, document } of [...attached, ...grantedPolicies(plan)]) {
    const size = document ? policySize(document) : 0;
    if (size > POLICY_SIZE.managed) {
      const rule = `${POLICY_TOO_LONG}; this makes one of ${size}.`;
      faults.push(faultAt(field, { code: "policy_size", rule, fix: "Name less in it.", page: QUOTAS }));
    }
  }
  if (attached.length > role.managed_policy_quota) {
    faults.push(
      faultAt(["role", "managed_policy_quota"], {
        code: "too_many_policies",
        value: role.managed_policy_quota,
        rule: `${ROLE_RULES.tooMany}; this attaches ${attached.length}.`,
        fix: "Merge policies, or have AWS raise the quota and write it here.",
        page: QUOTAS,
      }),
    );
  }
  if (role.permissions_boundary && isForeign(role.permissions_boundary, identity)) {
    faults.push(faultAt(["role", "permissions_boundary"], { value: role.permissions_boundary, ...foreign(identity) }));
  }
  for (const region of trust.regions.filter((other) => partitionOf(other) !== identity.partition)) {
    const rule = `${REGION_OF_PARTITION}: ${identity.partition}.`;
    faults.push(faultAt(["trust", "regions", region], { code: "partition", rule, fix: REMOVE_REGION }));
  }
  faults.push(...ofEach(plan, (feature, entries, context) => feature.check?.(entries, context)));
  const trustSize = policySize(trustPolicy({ ...identity, ...trust, servicePrincipal: trust.service_principal }));
  if (trustSize > POLICY_SIZE.trust) {
    const rule = `${ROLE_RULES.trustTooLong}; this makes one of ${trustSize}.`;
    faults.push(
      faultAt(["trust", "regions"], { code: "trust_policy_size", rule, fix: "List fewer regions.", page: QUOTAS }),
    );
  }
  return faults;
}

function isForeign(arn: string, identity: RoleIdentity): boolean {
  const [, partition, , , account] = arn.split(":");
  return partition !== identity.partition || (account !== "aws" && account !== identity.accountId);
}

function foreign(identity: RoleIdentity): Omit<PathFault, "path" | "field"> {
  return {
    code: "foreign_policy",
    rule: `${ROLE_RULES.foreign}: arn:${identity.partition}:iam::${identity.accountId}:… or arn:${identity.partition}:iam::aws:….`,
    fix: "Name a policy of this account; {account_id} and {partition} may stand for its id and partition.",
  };
}
