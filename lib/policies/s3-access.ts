import { type ManagedBucketsOfRegion, managedBuckets } from "./managed-buckets";
import type { PolicyDocument, Statement } from "./policy-document";

/** Access of the machines to one bucket of the customer's own. */
export interface OwnBucketAccess {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly read: boolean;
  readonly write: boolean;
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
 * Access to the customer's own buckets: objects under the prefix, the bucket's encryption settings for who writes, and the
 * KMS key, which is usable through S3 alone.
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
  const bucketArn = `arn:${partition}:s3:::${entry.bucket}`;
  const objectActions = [
    ...(entry.read ? ["s3:GetObject"] : []),
    ...(entry.write ? ["s3:PutObject"] : []),
    ...(entry.put_object_acl ? ["s3:PutObjectAcl"] : []),
  ];
  const statements: Statement[] = [
    { Effect: "Allow", Action: objectActions, Resource: [bucketArn, entry.prefix, "*"].filter(Boolean).join("/") },
  ];
  if (entry.write) statements.push({ Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: bucketArn });
  if (entry.kms_key_arn) {
    const s3 = `s3.${entry.kms_key_arn.split(":")[3]}.amazonaws.com`;
    statements.push({
      Effect: "Allow",
      // A multipart upload decrypts its own parts, so a writer needs both.
      Action: ["kms:Decrypt", ...(entry.write ? ["kms:GenerateDataKey"] : [])],
      Resource: entry.kms_key_arn,
      // AWS's pages disagree on S3's name in China: both mean S3 of that region and nothing else.
      Condition: { StringEquals: { "kms:ViaService": partition === "aws-cn" ? [s3, `${s3}.cn`] : [s3] } },
    });
  }
  return statements;
}

// Terraform walks a map in the order of its keys; the same order here makes the documents comparable.
function inKeyOrder<Entry>(entries: Readonly<Record<string, Entry>>): [string, Entry][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
