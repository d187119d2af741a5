import { z } from "zod";
import { PATCH_MANAGER_BUCKETS, SUFFIXED_SNAPSHOT_BUCKETS } from "../aws/managed-buckets";
import { BUCKET_RULES } from "../input/rules";
import { knownRegion, text } from "../input/schemas";
import { LiteralBlock } from "../terraform/blocks";
import { attachShared, type SharedPolicy, sharedPolicy } from "./attachments";
import type { Feature } from "./feature";
import { foreignRegions, REGION_OF_PARTITION, regionsOfPartition } from "./own-partition";
import { S3_MANAGED_BUCKETS_DOCUMENT, s3ManagedBucketsPolicy } from "./s3-managed-buckets-policy";

const NAME = "s3_managed_buckets" as const;
const PURPOSE = "Allows SSM Agent to read the AWS-owned buckets of a region, as required with a VPC endpoint";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "s3-managed-buckets",
  description: "Lets SSM Agent on hybrid machines read the AWS-owned S3 buckets of its regions.",
  document: S3_MANAGED_BUCKETS_DOCUMENT,
};

const entries = z.record(
  knownRegion("must be an AWS region: the key of an entry is its region, such as eu-central-1"),
  z.strictObject({
    legacy_agent: z
      .boolean()
      .default(false)
      .describe(
        "Whether to allow the buckets of older agents (AWS-ConfigureAWSPackage) and of Distributor packages. AWS's page no longer lists them.",
      ),
    patch_manager_bucket: text(...BUCKET_RULES)
      .optional()
      .describe(
        "Name of Patch Manager's bucket. Default: the name that AWS publishes for the region. AWS publishes none for China, GovCloud " +
          "and the newest regions. There the bucket is omitted unless you specify it.",
      ),
  }),
);

/**
 * Access to the AWS-owned buckets that SSM Agent needs with a VPC endpoint: case 1 of the procedure.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html#ssm-agent-minimum-s3-permissions
 */
export const s3ManagedBuckets = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description:
    `${PURPOSE}. Key: the region. Off when empty. AWS publishes no Patch Manager bucket for China, GovCloud and the newest ` +
    "regions: specify it in patch_manager_bucket there.",
  title: "S3 managed buckets",
  step: "S3, case 1: the AWS-owned buckets that SSM Agent reads if a VPC endpoint is used",
  resources: ["aws_iam_policy", "aws_iam_role_policy_attachment"],
  policies: (map, role) => sharedPolicy(POLICY, role, s3ManagedBucketsPolicy(role.partition, map)),
  check: (map, { partition }) =>
    foreignRegions([NAME], Object.keys(map), partition).map((error) => ({ ...error, inKey: true })),
  build: (scope, context) => {
    new LiteralBlock(scope, "locals", "patch_manager_buckets", PATCH_MANAGER_BUCKETS);
    new LiteralBlock(scope, "locals", "patch_baseline_snapshot_buckets", SUFFIXED_SNAPSHOT_BUCKETS);
    return attachShared(scope, POLICY, context, {
      condition: regionsOfPartition(`keys(var.${NAME})`),
      errorMessage: `${NAME}: ${REGION_OF_PARTITION}`,
    });
  },
} satisfies Feature<typeof entries>;
