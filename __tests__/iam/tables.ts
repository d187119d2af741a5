import { cloudwatchAgent, core, directoryService, policies } from "./aws-managed";
import { logGroupEntries, logGroups } from "./log-groups";
import { type Place, ROLE } from "./place";
import { s3BucketEntries, s3Buckets } from "./s3-buckets";
import { s3ManagedBuckets } from "./s3-managed-buckets";
import { stateBucket, stateBucketOfOneRole } from "./state-bucket";
import { trust } from "./trust";
import { administrator, operator, reader, userAccessEntries } from "./user-access";

/** The pairs of all features. */
export const TABLES = [
  trust,
  core,
  directoryService,
  cloudwatchAgent,
  s3ManagedBuckets,
  s3Buckets,
  logGroups,
  policies,
  reader,
  operator,
  administrator,
  stateBucket,
  stateBucketOfOneRole,
];

/** Returns an account with every feature that creates or attaches a policy. */
export function account(place: Place) {
  const { partition, region, patchManagerBucket } = place;
  return {
    id: place.account,
    region,
    deploy_role_arn: `arn:${partition}:iam::${place.account}:role/TerraformDeploy`,
    role: ROLE,
    trust: { regions: [region] },
    directory_service: { default: {} },
    cloudwatch_agent: { default: {} },
    s3_managed_buckets: {
      [region]: { legacy_agent: true, ...(partition !== "aws" && { patch_manager_bucket: patchManagerBucket }) },
    },
    s3_buckets: s3BucketEntries(place),
    log_groups: logGroupEntries(place),
    policies: { patching: { policy_arn: `arn:${partition}:iam::aws:policy/AmazonSSMPatchAssociation` } },
    user_access: userAccessEntries(place),
  };
}
