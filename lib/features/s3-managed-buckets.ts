import { z } from "zod";
import { LEGACY_BUCKETS, PATCH_MANAGER_BUCKETS, SUFFIXED_SNAPSHOT_BUCKETS } from "../aws/managed-buckets";
import { partitionOf } from "../aws/partitions";
import { faultAt } from "../input/issues";
import { BUCKET_RULES, knownRegion, text } from "../input/rules";
import { LiteralBlock } from "../terraform/blocks";
import { expression, partitionOfRegion } from "../terraform/hcl";
import { attachDocument, type SharedPolicy, sharedPolicy } from "./attachments";
import type { Feature } from "./feature";
import { managedBucketsPolicy } from "./s3-buckets-policy";

const NAME = "s3_managed_buckets";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "s3-managed-buckets",
  description: "Lets SSM Agent on hybrid machines read the AWS-owned S3 buckets of its regions.",
};

const entries = z.record(
  knownRegion(),
  z.strictObject({
    legacy_agent: z
      .boolean()
      .default(false)
      .describe(
        "Also the buckets that older agents (AWS-ConfigureAWSPackage) and Distributor packages use. They left AWS's page.",
      ),
    patch_manager_bucket: text(...BUCKET_RULES)
      .optional()
      .describe(
        "Name of Patch Manager's bucket. Default: as AWS publishes it for the region; AWS publishes none for China, GovCloud " +
          "and the newest regions, and there the bucket is left out unless named.",
      ),
  }),
);

const legacy = LEGACY_BUCKETS.map((name) => `"${name.replace("<region>", `\${region}`)}"`).join(", ");

const document = `jsonencode({
  Version = "2012-10-17",
  Statement = [for region, e in var.${NAME} : {
    Sid = replace(region, "-", ""),
    Effect = "Allow",
    Action = "s3:GetObject",
    Resource = [for bucket in compact(concat([
      "aws-windows-downloads-\${region}",
      "amazon-ssm-\${region}",
      "aws-ssm-\${region}",
      lookup(local.patch_baseline_snapshot_buckets, region, "patch-baseline-snapshot-\${region}"),
      e.patch_manager_bucket == null ? lookup(local.patch_manager_buckets, region, "") : e.patch_manager_bucket,
    ], e.legacy_agent ? [${legacy}] : [])) : "arn:\${local.partition}:s3:::\${bucket}/*"]
  }]
})`.replaceAll(/\n\s*/g, " ");

/**
 * Reading the AWS-owned buckets that SSM Agent needs when it reaches AWS through a VPC endpoint: case 1 of the procedure.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html#ssm-agent-minimum-s3-permissions
 */
export const s3ManagedBuckets = {
  name: NAME,
  entries,
  description:
    "Lets SSM Agent read the AWS-owned buckets of a region, needed with a VPC endpoint. Key: the region. Off when empty. AWS " +
    "publishes no Patch Manager bucket for China, GovCloud and the newest regions: name it in patch_manager_bucket there.",
  policies: (map, role) => sharedPolicy(POLICY, role, managedBucketsPolicy(role.partition, map)),
  check: (map, { partition }) =>
    Object.keys(map)
      .filter((region) => partitionOf(region) !== partition)
      .map((region) => ({
        ...faultAt([NAME, region], {
          code: "partition",
          rule: `${REGION_OF_PARTITION}: ${partition}.`,
          fix: REMOVE_REGION,
        }),
        inKey: true,
      })),
  build: (scope) => {
    new LiteralBlock(scope, "locals", "patch_manager_buckets", PATCH_MANAGER_BUCKETS);
    new LiteralBlock(scope, "locals", "patch_baseline_snapshot_buckets", SUFFIXED_SNAPSHOT_BUCKETS);
    return attachDocument(scope, POLICY, document, {
      condition: expression(
        `alltrue([for region in keys(var.${NAME}) : local.partition == ${partitionOfRegion("region")}])`,
      ),
      errorMessage: `${NAME}: ${REGION_OF_PARTITION}`,
    });
  },
} satisfies Feature<typeof entries>;

/** What is said of a region in another partition than the account's. */
export const REGION_OF_PARTITION = "must hold regions of the account's own partition only";
/** What to do about it. */
export const REMOVE_REGION = "Remove the region.";
