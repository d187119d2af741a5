import { z } from "zod";
import { ownBucketsPolicy } from "../policies/s3-access";
import { BUCKET_RULES, KMS_KEY_ARN, LABEL, PREFIX_RULES, type RuleParams, text } from "../rules";
import { attachDocument, type SharedPolicy, sharedPolicy } from "./attachments";
import { expression } from "./expressions";
import type { Feature } from "./feature";

const NAME = "s3_buckets";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "s3-buckets",
  description: "Access of hybrid machines to S3 buckets of this organization.",
};

const entry = z
  .strictObject({
    bucket: text(...BUCKET_RULES).describe("Name of the bucket."),
    prefix: text(...PREFIX_RULES)
      .optional()
      .describe("Folder to which access is limited, without / at the ends. Default: the whole bucket."),
    read: z.boolean().default(true).describe("s3:GetObject: scripts to run, custom patch lists."),
    write: z
      .boolean()
      .default(true)
      .describe(
        "s3:PutObject, and s3:GetEncryptionConfiguration on the bucket: output of Run Command and Session Manager.",
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
  .refine((e) => e.read || e.write, {
    error: "must read or write",
    params: {
      code: "s3_access",
      terraform: (e) => `${e}.read || ${e}.write`,
      fix: "Set read or write to true, or remove the entry.",
    } satisfies RuleParams,
  })
  .refine((e) => e.write || !e.put_object_acl, {
    error: "must write where put_object_acl is true",
    params: {
      code: "s3_access",
      terraform: (e) => `${e}.write || !${e}.put_object_acl`,
      fix: "Set write to true, or put_object_acl to false.",
    } satisfies RuleParams,
  });

const entries = z.record(text(LABEL), entry);

const document = `jsonencode({
  Version = "2012-10-17",
  Statement = flatten([for e in values(var.${NAME}) : concat(
    [{
      Effect = "Allow",
      Action = compact([e.read ? "s3:GetObject" : "", e.write ? "s3:PutObject" : "", e.put_object_acl ? "s3:PutObjectAcl" : ""]),
      Resource = "arn:\${local.partition}:s3:::\${join("/", compact([e.bucket, e.prefix, "*"]))}"
    }],
    [for bucket in [e.bucket] : {
      Effect = "Allow",
      Action = "s3:GetEncryptionConfiguration",
      Resource = "arn:\${local.partition}:s3:::\${bucket}"
    } if e.write],
    [for key in compact([e.kms_key_arn]) : {
      Effect = "Allow",
      Action = concat(["kms:Decrypt"], e.write ? ["kms:GenerateDataKey"] : []),
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
export const s3Buckets: Feature<typeof entries> = {
  name: NAME,
  entries,
  description: "Access of the machines to S3 buckets of your own. Key: a label of your own. Off when empty.",
  policies: (map, role) => sharedPolicy(POLICY, role, ownBucketsPolicy(role.partition, map)),
  build: (scope) =>
    attachDocument(scope, POLICY, document, {
      condition: expression(
        `alltrue([for key in compact(values(var.${NAME})[*].kms_key_arn) : startswith(key, "arn:\${local.partition}:")])`,
      ),
      errorMessage: `${NAME}: kms_key_arn ${KEY_OF_PARTITION}, \${local.partition}.`,
    }),
};

/** What is said of a KMS key in another partition than the account's. */
export const KEY_OF_PARTITION = "must be a key of the account's own partition";
