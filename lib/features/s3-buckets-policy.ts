import { parseArn } from "../aws/arn";
import { serviceNames } from "../aws/partitions";
import { allow, inKeyOrder, type PolicyDocument, policyDocument, type Statement } from "../aws/policy-document";
import { code, type Hcl, hcl, serviceNamesOfPartition } from "../terraform/hcl";
import type { S3BucketEntry } from "./s3-buckets";

/**
 * Purposes of a customer's bucket, and whether the machines read or write its objects.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
 */
export const S3_PURPOSES = {
  /** Output of Run Command. */
  run_command: "write",
  /** Logs of Session Manager. */
  session_manager: "write",
  /** Output of State Manager's associations. */
  state_manager: "write",
  /** Output of the association that gathers inventory; a resource data sync is written by Systems Manager itself. */
  inventory: "write",
  /** Patch lists that override a baseline. */
  patch_baseline: "read",
  /** Scripts and documents to run. */
  scripts: "read",
} as const;

export type S3Purpose = keyof typeof S3_PURPOSES;

export const PURPOSES = Object.keys(S3_PURPOSES) as S3Purpose[];

export const READING = PURPOSES.filter((purpose) => S3_PURPOSES[purpose] === "read");

/** Purposes whose folders SSM Agent lists before it downloads them. */
const LISTING: readonly S3Purpose[] = ["scripts"];

/**
 * Returns a policy with the access that the purpose of each customer bucket needs: objects under the prefix, a list of
 * the folder for scripts, the bucket's encryption settings for a purpose that writes, and the KMS key through S3 only.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
 */
export function s3BucketsPolicy(partition: string, entries: Readonly<Record<string, S3BucketEntry>>): PolicyDocument {
  return policyDocument(inKeyOrder(entries).flatMap(([, entry]) => bucketStatements(partition, entry)));
}

function bucketStatements(partition: string, entry: S3BucketEntry): Statement[] {
  const { bucket, prefix, put_object_acl, kms_key_arn: key } = entry;
  const writes = S3_PURPOSES[entry.purpose] === "write";
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = [bucketArn, prefix, "*"].filter(Boolean).join("/");
  const statements = [
    allow([writes ? "s3:PutObject" : "s3:GetObject", ...(put_object_acl ? ["s3:PutObjectAcl"] : [])], objects),
  ];
  if (writes) statements.push(allow("s3:GetEncryptionConfiguration", bucketArn));
  // `aws:downloadContent` lists `<prefix>/`: agent/plugins/downloadcontent/s3resource/s3resource.go in
  // aws/amazon-ssm-agent.
  if (LISTING.includes(entry.purpose)) {
    statements.push(
      allow("s3:ListBucket", bucketArn, prefix ? { StringLike: { "s3:prefix": `${prefix}/*` } } : undefined),
    );
  }
  if (key) {
    const viaS3 = { StringEquals: { "kms:ViaService": serviceNames(partition, `s3.${parseArn(key).region}`) } };
    // A multipart upload decrypts its own parts, so a writer needs both.
    statements.push(allow(["kms:Decrypt", ...(writes ? ["kms:GenerateDataKey"] : [])], key, viaS3));
  }
  return statements;
}

export const reads = (entry: string): Hcl => hcl`contains(${READING}, ${code(entry)}.purpose)`;

/** {@link s3BucketsPolicy} as an expression of `local.s3_buckets`: the trimmed variable, which a pipeline can set. */
export const S3_BUCKETS_DOCUMENT: Hcl = hcl`jsonencode({
  Version = "2012-10-17",
  Statement = flatten([for e in values(local.s3_buckets) : concat(
    [{
      Effect = "Allow", Action = compact([${reads("e")} ? "s3:GetObject" : "s3:PutObject", e.put_object_acl ? "s3:PutObjectAcl" : ""]),
      Resource = "arn:\${local.partition}:s3:::\${join("/", compact([e.bucket, e.prefix, "*"]))}"
    }],
    [for bucket in [e.bucket] : {
      Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:\${local.partition}:s3:::\${bucket}"
    } if !${reads("e")}],
    [for folder in [e.prefix] : merge(
      { Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:\${local.partition}:s3:::\${e.bucket}" },
      { for test in ["StringLike"] : "Condition" => { (test) = { "s3:prefix" = "\${folder}/*" } } if folder != "" }
    ) if contains(${LISTING}, e.purpose)],
    [for key in compact([e.kms_key_arn]) : {
      Effect = "Allow", Action = concat(["kms:Decrypt"], ${reads("e")} ? [] : ["kms:GenerateDataKey"]), Resource = key,
      Condition = { StringEquals = { "kms:ViaService" = ${serviceNamesOfPartition('s3.${split(":", key)[3]}')} } }
    }],
  )])
})`;
