import { z } from "zod";
import { BUCKET_RULES, KMS_KEY_ARN, LABEL, PREFIX_RULES, type RuleParams, text } from "../input/rules";
import { attachDocument, type SharedPolicy, sharedPolicy } from "./attachments";
import type { Feature } from "./feature";
import { foreignKeys, keysOfPartition } from "./own-account";
import { ownBucketsPolicy, S3_PURPOSES, type S3Purpose } from "./s3-buckets-policy";

const NAME = "s3_buckets";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "s3-buckets",
  description: "Access of hybrid machines to S3 buckets of this organization.",
};

const PURPOSES = Object.keys(S3_PURPOSES) as S3Purpose[];
const READS = PURPOSES.filter((purpose) => S3_PURPOSES[purpose] === "read");
/** Whether an entry reads, in Terraform's language. */
const reads = (entry: string) => `contains(${JSON.stringify(READS)}, ${entry}.purpose)`;

const entry = z
  .strictObject({
    bucket: text(...BUCKET_RULES).describe("Name of the bucket."),
    prefix: text(...PREFIX_RULES)
      .optional()
      .describe("Folder to which access is limited, without / at the ends. Default: the whole bucket."),
    purpose: z
      .enum(PURPOSES)
      .describe(
        "What the bucket is for, which decides what the machines may do. run_command, session_manager, state_manager and inventory " +
          "(their output): s3:PutObject, and s3:GetEncryptionConfiguration on the bucket. patch_baseline (patch lists) and scripts: " +
          "s3:GetObject.",
      ),
    put_object_acl: z
      .boolean()
      .default(false)
      .describe("s3:PutObjectAcl: only for a bucket of another account that wants to own the objects."),
    kms_key_arn: text(KMS_KEY_ARN)
      .optional()
      .describe(
        "ARN of the key that encrypts the bucket; it becomes usable through S3 alone. Default: no key of your own.",
      ),
  })
  .refine((e) => S3_PURPOSES[e.purpose] === "write" || !e.put_object_acl, {
    error: `must not set put_object_acl for a purpose that reads: ${READS.join(", ")}`,
    params: {
      code: "s3_access",
      terraform: (e) => `!${reads(e)} || !${e}.put_object_acl`,
      fix: "Remove put_object_acl, or state the purpose that writes.",
    } satisfies RuleParams,
  });

const entries = z.record(text(LABEL), entry);

const document = `jsonencode({
  Version = "2012-10-17",
  Statement = flatten([for e in values(var.${NAME}) : concat(
    [{
      Effect = "Allow",
      Action = compact([${reads("e")} ? "s3:GetObject" : "s3:PutObject", e.put_object_acl ? "s3:PutObjectAcl" : ""]),
      Resource = "arn:\${local.partition}:s3:::\${join("/", compact([e.bucket, e.prefix, "*"]))}"
    }],
    [for bucket in [e.bucket] : {
      Effect = "Allow",
      Action = "s3:GetEncryptionConfiguration",
      Resource = "arn:\${local.partition}:s3:::\${bucket}"
    } if !${reads("e")}],
    [for key in compact([e.kms_key_arn]) : {
      Effect = "Allow",
      Action = concat(["kms:Decrypt"], ${reads("e")} ? [] : ["kms:GenerateDataKey"]),
      Resource = key,
      Condition = { StringEquals = { "kms:ViaService" = concat(
        ["s3.\${split(":", key)[3]}.amazonaws.com"],
        local.partition == "aws-cn" ? ["s3.\${split(":", key)[3]}.amazonaws.com.cn"] : [],
      ) } }
    }],
  )])
})`.replaceAll(/\n\s*/g, " ");

/**
 * Access to buckets of the customer's own, such as for the output of Run Command: case 2 of the procedure.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
 */
export const s3Buckets = {
  name: NAME,
  entries,
  description:
    "Access of the machines to S3 buckets of your own, to each what its purpose needs. Key: a label of your own. Off when empty.",
  policies: (map, role) => sharedPolicy(POLICY, role, ownBucketsPolicy(role.partition, map)),
  check: (map, role) => foreignKeys(NAME, map, role),
  build: (scope) => attachDocument(scope, POLICY, document, keysOfPartition(NAME)),
} satisfies Feature<typeof entries>;
