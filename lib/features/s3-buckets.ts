import { z } from "zod";
import { BUCKET_RULES, KMS_KEY_ARN, LABEL, PREFIX_RULES, type RuleParams } from "../input/rules";
import { text } from "../input/schemas";
import { attachShared, type SharedPolicy, sharedPolicy } from "./attachments";
import type { Feature } from "./feature";
import { foreignKeys, keysOfPartition } from "./own-partition";
import { PURPOSES, READING, reads, S3_BUCKETS_DOCUMENT, S3_PURPOSES, s3BucketsPolicy } from "./s3-buckets-policy";

const NAME = "s3_buckets" as const;
const PURPOSE = "Allows the machines to access your own S3 buckets, each as its purpose requires";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "s3-buckets",
  description: "Access of hybrid machines to S3 buckets of this organization.",
  document: S3_BUCKETS_DOCUMENT,
};

const entry = z
  .strictObject({
    bucket: text(...BUCKET_RULES).describe("Name of the bucket."),
    prefix: text(...PREFIX_RULES).describe('Folder that access is limited to; "" for the whole bucket.'),
    purpose: z
      .enum(PURPOSES)
      .describe(
        "Purpose of the bucket, which determines what the machines can do. run_command, session_manager, state_manager and inventory " +
          "(their output): s3:PutObject, and s3:GetEncryptionConfiguration on the bucket. patch_baseline (patch lists): s3:GetObject. " +
          "scripts: s3:GetObject, and s3:ListBucket of the prefix, because SSM Agent lists a folder before it downloads it.",
      ),
    put_object_acl: z
      .boolean()
      .default(false)
      .describe(
        "Whether to allow s3:PutObjectAcl. Required only for a bucket of another account with ACLs enabled: SSM Agent uploads with the " +
          "ACL bucket-owner-full-control. In the role's own account, AWS requires only s3:PutObject.",
      ),
    kms_key_arn: text(KMS_KEY_ARN)
      .optional()
      .describe(
        "ARN of the KMS key that encrypts the bucket. The machines can use it through S3 only. Default: no key of your own.",
      ),
  })
  .refine((e) => S3_PURPOSES[e.purpose] === "write" || !e.put_object_acl, {
    error: `must not set put_object_acl for a purpose that reads: ${READING.join(", ")}`,
    params: {
      code: "s3_access",
      terraform: (e) => `!${reads(e).code} || !${e}.put_object_acl`,
      fix: "Remove put_object_acl, or set a purpose that writes.",
    } satisfies RuleParams,
  });

const entries = z.record(text(LABEL), entry);

/** Access of the machines to one customer bucket. */
export type S3BucketEntry = z.output<typeof entry>;

/**
 * Access to the customer's own buckets, such as for the output of Run Command: case 2 of the procedure.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
 */
export const s3Buckets = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}. Key: a label of your choice. Off when empty.`,
  title: "S3 buckets",
  step: "S3, case 2: your own buckets, such as for the output of Run Command",
  resources: ["aws_iam_policy", "aws_iam_role_policy_attachment"],
  actions: {
    "s3:GetEncryptionConfiguration": "read encryption settings",
    "s3:GetObject": "read objects",
    "s3:ListBucket": "list objects",
    "s3:PutObject": "write objects",
    "s3:PutObjectAcl": "set ACLs of objects",
  },
  policies: (map, role) => sharedPolicy(POLICY, role, s3BucketsPolicy(role.partition, map)),
  check: (map, role) => foreignKeys(NAME, map, role),
  build: (scope, context) => attachShared(scope, POLICY, context, keysOfPartition(NAME)),
} satisfies Feature<typeof entries>;
