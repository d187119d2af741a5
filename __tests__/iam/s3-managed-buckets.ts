import { roleWith } from "./machine";
import type { Table } from "./pair";
import { type Place, s3Arn } from "./place";

/** Reading the AWS-owned buckets of the account's region. */
export const s3ManagedBuckets: Table = {
  name: "s3_managed_buckets",
  ...roleWith("s3_managed_buckets"),
  pairs: (place) => {
    const buckets = Object.entries(awsBuckets(place));
    const reads = buckets.flatMap(([may, bucket]) => {
      const asked = { may, action: "s3:GetObject", resource: s3Arn(place, `${bucket}/latest/file`) };
      const other = bucket.replaceAll(place.region, place.otherRegion);
      const not = (what: string, resource: string) => ({ ...asked, not: { what, resource: s3Arn(place, resource) } });
      return [
        not("from another region's bucket", `${other}/latest/file`),
        not("from a bucket whose name has the same prefix", `${bucket}-of-somebody/latest/file`),
      ];
    });
    const object = s3Arn(place, `amazon-ssm-${place.region}/latest/version`);
    const bucket = s3Arn(place, `aws-ssm-${place.region}`);
    return [
      ...reads,
      { ...read(object), not: { what: "replace it", action: "s3:PutObject" } },
      { ...read(`${object}.1`), not: { what: "delete it", action: "s3:DeleteObject" } },
      { ...read(`${object}.2`), not: { what: "open it to others", action: "s3:PutObjectAcl" } },
      { ...read(`${object}.3`), not: { what: "list the bucket", action: "s3:ListBucket", resource: bucket } },
    ];
  },
};

function read(resource: string) {
  return { may: "read an object of AWS", action: "s3:GetObject", resource };
}

/** Returns the names from AWS's page, and for older agents those that it no longer lists. */
function awsBuckets({ region, patchManagerBucket }: Place): Record<string, string> {
  return {
    "download files for Windows documents": `aws-windows-downloads-${region}`,
    "download an agent": `amazon-ssm-${region}`,
    "download modules of documents": `aws-ssm-${region}`,
    "download a patch baseline": `patch-baseline-snapshot-${region}`,
    "download Patch Manager's programs": patchManagerBucket,
    "download packages, as agents before 2.2.45.0 do": `amazon-ssm-packages-${region}`,
    "download packages, as agents since 2.2.45.0 do": `${region}-birdwatcher-prod`,
    "download packages of Distributor": `aws-ssm-distributor-file-${region}`,
    "download attachments of documents": `aws-ssm-document-attachments-${region}`,
  };
}
