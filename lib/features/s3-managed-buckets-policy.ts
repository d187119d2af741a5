import { LEGACY_BUCKETS, type ManagedBucketsOfRegion, managedBuckets } from "../aws/managed-buckets";
import { allowAs, inKeyOrder, type PolicyDocument, policyDocument } from "../aws/policy-document";
import { code, type Hcl, hcl } from "../terraform/hcl";

/** Returns a policy to read AWS-owned buckets: one statement for each region, with exact names, as AWS recommends. */
export function s3ManagedBucketsPolicy(
  partition: string,
  regions: Readonly<Record<string, ManagedBucketsOfRegion>>,
): PolicyDocument {
  return policyDocument(
    inKeyOrder(regions).map(([region, entry]) => {
      const objects = managedBuckets(region, entry).map((bucket) => `arn:${partition}:s3:::${bucket}/*`);
      return allowAs(region.replaceAll("-", ""), "s3:GetObject", objects);
    }),
  );
}

const LEGACY = code(LEGACY_BUCKETS.map((name) => `"${name.replace("<region>", `\${region}`)}"`).join(", "));

/** {@link s3ManagedBucketsPolicy} as an expression of `var.s3_managed_buckets`, which a pipeline can set. */
export const S3_MANAGED_BUCKETS_DOCUMENT: Hcl = hcl`jsonencode({
  Version = "2012-10-17",
  Statement = [for region, e in var.s3_managed_buckets : {
    Sid = replace(region, "-", ""), Effect = "Allow", Action = "s3:GetObject",
    Resource = [for bucket in compact(concat([
      "aws-windows-downloads-\${region}",
      "amazon-ssm-\${region}",
      "aws-ssm-\${region}",
      lookup(local.patch_baseline_snapshot_buckets, region, "patch-baseline-snapshot-\${region}"),
      e.patch_manager_bucket == null ? lookup(local.patch_manager_buckets, region, "") : e.patch_manager_bucket,
    ], e.legacy_agent ? [${LEGACY}] : [])) : "arn:\${local.partition}:s3:::\${bucket}/*"]
  }]
})`;
