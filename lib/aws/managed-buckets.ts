/**
 * Buckets of Patch Manager for Linux and Windows, by region. Each name ends in a suffix that AWS publishes only for these
 * regions. For any other region, the user must specify the name.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-operations-s3-buckets.html
 */
export const PATCH_MANAGER_BUCKETS: Readonly<Record<string, string>> = {
  "af-south-1": "aws-patch-manager-af-south-1-bdd5f65a9",
  "ap-east-1": "aws-patch-manager-ap-east-1-632356271",
  "ap-northeast-1": "aws-patch-manager-ap-northeast-1-4849fa78f",
  "ap-northeast-2": "aws-patch-manager-ap-northeast-2-10467995c",
  "ap-northeast-3": "aws-patch-manager-ap-northeast-3-67373598a",
  "ap-south-1": "aws-patch-manager-ap-south-1-cb7c62ff9",
  "ap-south-2": "aws-patch-manager-ap-south-2-32f4b4128",
  "ap-southeast-1": "aws-patch-manager-ap-southeast-1-7fdfd9ef7",
  "ap-southeast-2": "aws-patch-manager-ap-southeast-2-17283a275",
  "ap-southeast-3": "aws-patch-manager-ap-southeast-3-aa48fc462",
  "ap-southeast-4": "aws-patch-manager-ap-southeast-4-01e2c40d3",
  "ca-central-1": "aws-patch-manager-ca-central-1-3148e69e3",
  "ca-west-1": "aws-patch-manager-ca-west-1-9e3a4b2f9",
  "eu-central-1": "aws-patch-manager-eu-central-1-9163fdaaf",
  "eu-central-2": "aws-patch-manager-eu-central-2-184ce43c8",
  "eu-north-1": "aws-patch-manager-eu-north-1-795879e9b",
  "eu-south-1": "aws-patch-manager-eu-south-1-c52f3f594",
  "eu-south-2": "aws-patch-manager-eu-south-2-a4cf248b1",
  "eu-west-1": "aws-patch-manager-eu-west-1-5522fb710",
  "eu-west-2": "aws-patch-manager-eu-west-2-902a2bc74",
  "eu-west-3": "aws-patch-manager-eu-west-3-29bf85721",
  "il-central-1": "aws-patch-manager-il-central-1-e221cb57b",
  "me-central-1": "aws-patch-manager-me-central-1-2932f2f80",
  "me-south-1": "aws-patch-manager-me-south-1-a53fc9dce",
  "sa-east-1": "aws-patch-manager-sa-east-1-ddf4b6a09",
  "us-east-1": "aws-patch-manager-us-east-1-1970c647d",
  "us-east-2": "aws-patch-manager-us-east-2-552881074",
  "us-west-1": "aws-patch-manager-us-west-1-8badb4304",
  "us-west-2": "aws-patch-manager-us-west-2-34d7f99f8",
};

/** Buckets of patch baseline snapshots whose name has a suffix after `patch-baseline-snapshot-<region>`, by region. */
export const SUFFIXED_SNAPSHOT_BUCKETS: Readonly<Record<string, string>> = {
  "af-south-1": "patch-baseline-snapshot-af-south-1-tbxdb5b9",
  "ap-south-2": "patch-baseline-snapshot-ap-south-2-50209442",
  "ap-southeast-3": "patch-baseline-snapshot-ap-southeast-3-be0a3174",
  "ap-southeast-4": "patch-baseline-snapshot-ap-southeast-4-dc6f76ce",
  "eu-south-2": "patch-baseline-snapshot-eu-south-2-df2c9d70",
  "me-south-1": "patch-baseline-snapshot-me-south-1-uduvl7q8",
};

/** Additions to the list of AWS-owned buckets of a region. */
export interface ManagedBucketsOfRegion {
  /** Adds the buckets that older agents and Distributor use. */
  readonly legacy_agent: boolean;
  /** Name of Patch Manager's bucket, if AWS publishes none. */
  readonly patch_manager_bucket?: string | undefined;
}

/**
 * Returns the names of the AWS-owned buckets that SSM Agent reads in a region.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html#ssm-agent-minimum-s3-permissions
 */
export function managedBuckets(region: string, entry: ManagedBucketsOfRegion): string[] {
  const patchManager = entry.patch_manager_bucket ?? PATCH_MANAGER_BUCKETS[region];
  return [
    `aws-windows-downloads-${region}`,
    `amazon-ssm-${region}`,
    `aws-ssm-${region}`,
    SUFFIXED_SNAPSHOT_BUCKETS[region] ?? `patch-baseline-snapshot-${region}`,
    ...(patchManager === undefined ? [] : [patchManager]),
    ...(entry.legacy_agent ? LEGACY_BUCKETS.map((name) => name.replace("<region>", region)) : []),
  ];
}

/** Buckets that AWS's page no longer lists, but that old agents and Distributor still read. */
export const LEGACY_BUCKETS = [
  "amazon-ssm-packages-<region>",
  "<region>-birdwatcher-prod",
  "aws-ssm-distributor-file-<region>",
  "aws-ssm-document-attachments-<region>",
] as const;
