import { inKeyOrder } from "../aws/in-key-order";
import { type ManagedBucketsOfRegion, managedBuckets } from "../aws/managed-buckets";
import { serviceNames } from "../aws/partitions";
import type { PolicyDocument, Statement } from "../aws/policy-document";

/**
 * What a bucket of the customer's own is for, and whether the machines then read its objects or write them.
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

/** What a bucket of the customer's own is for. */
export type S3Purpose = keyof typeof S3_PURPOSES;

/** Access of the machines to one bucket of the customer's own. */
export interface OwnBucketAccess {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly purpose: S3Purpose;
  readonly put_object_acl: boolean;
  readonly kms_key_arn?: string | undefined;
}

/** Reading the AWS-owned buckets: one statement for each region, exact names, as AWS recommends. */
export function managedBucketsPolicy(
  partition: string,
  regions: Readonly<Record<string, ManagedBucketsOfRegion>>,
): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: inKeyOrder(regions).map(([region, entry]) => ({
      Sid: region.replaceAll("-", ""),
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: managedBuckets(region, entry).map((bucket) => `arn:${partition}:s3:::${bucket}/*`),
    })),
  };
}

/**
 * Access to the customer's own buckets, to each what its purpose needs: objects under the prefix, the bucket's encryption
 * settings for who writes, and the KMS key, which is usable through S3 alone.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
 */
export function ownBucketsPolicy(
  partition: string,
  entries: Readonly<Record<string, OwnBucketAccess>>,
): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: inKeyOrder(entries).flatMap(([, entry]) => ownBucketStatements(partition, entry)),
  };
}

function ownBucketStatements(partition: string, entry: OwnBucketAccess): Statement[] {
  const writes = S3_PURPOSES[entry.purpose] === "write";
  const bucketArn = `arn:${partition}:s3:::${entry.bucket}`;
  const objectActions = [
    writes ? "s3:PutObject" : "s3:GetObject",
    ...(entry.put_object_acl ? ["s3:PutObjectAcl"] : []),
  ];
  const statements: Statement[] = [
    { Effect: "Allow", Action: objectActions, Resource: [bucketArn, entry.prefix, "*"].filter(Boolean).join("/") },
  ];
  if (writes) statements.push({ Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: bucketArn });
  if (entry.kms_key_arn) {
    const region = entry.kms_key_arn.split(":")[3] as string;
    statements.push({
      Effect: "Allow",
      // A multipart upload decrypts its own parts, so a writer needs both.
      Action: ["kms:Decrypt", ...(writes ? ["kms:GenerateDataKey"] : [])],
      Resource: entry.kms_key_arn,
      Condition: { StringEquals: { "kms:ViaService": serviceNames(partition, `s3.${region}`) } },
    });
  }
  return statements;
}
