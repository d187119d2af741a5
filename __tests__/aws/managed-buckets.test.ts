import { managedBuckets, PATCH_MANAGER_BUCKETS, SUFFIXED_SNAPSHOT_BUCKETS } from "../../lib/aws/managed-buckets";
import { KNOWN_REGIONS } from "../../lib/aws/partitions";

const OFF = { legacy_agent: false };

/** Buckets of baseline snapshots and of Patch Manager, from AWS's pages. null if AWS publishes none. */
const AS_PUBLISHED: readonly (readonly [region: string, snapshot: string, patchManager: string | null])[] = [
  ["us-east-1", "patch-baseline-snapshot-us-east-1", "aws-patch-manager-us-east-1-1970c647d"],
  ["eu-central-1", "patch-baseline-snapshot-eu-central-1", "aws-patch-manager-eu-central-1-9163fdaaf"],
  ["ca-west-1", "patch-baseline-snapshot-ca-west-1", "aws-patch-manager-ca-west-1-9e3a4b2f9"],
  ["af-south-1", "patch-baseline-snapshot-af-south-1-tbxdb5b9", "aws-patch-manager-af-south-1-bdd5f65a9"],
  ["ap-south-2", "patch-baseline-snapshot-ap-south-2-50209442", "aws-patch-manager-ap-south-2-32f4b4128"],
  ["ap-southeast-3", "patch-baseline-snapshot-ap-southeast-3-be0a3174", "aws-patch-manager-ap-southeast-3-aa48fc462"],
  ["ap-southeast-4", "patch-baseline-snapshot-ap-southeast-4-dc6f76ce", "aws-patch-manager-ap-southeast-4-01e2c40d3"],
  ["eu-south-2", "patch-baseline-snapshot-eu-south-2-df2c9d70", "aws-patch-manager-eu-south-2-a4cf248b1"],
  ["me-south-1", "patch-baseline-snapshot-me-south-1-uduvl7q8", "aws-patch-manager-me-south-1-a53fc9dce"],
  ["ap-southeast-7", "patch-baseline-snapshot-ap-southeast-7", null],
  ["mx-central-1", "patch-baseline-snapshot-mx-central-1", null],
  ["cn-north-1", "patch-baseline-snapshot-cn-north-1", null],
  ["us-gov-west-1", "patch-baseline-snapshot-us-gov-west-1", null],
];

test.each(AS_PUBLISHED)("%s has the buckets that AWS publishes", (region, snapshot, patchManager) => {
  expect(managedBuckets(region, OFF)).toEqual([
    `aws-windows-downloads-${region}`,
    `amazon-ssm-${region}`,
    `aws-ssm-${region}`,
    snapshot,
    ...(patchManager ? [patchManager] : []),
  ]);
});

test.each(KNOWN_REGIONS)("each bucket name of %s contains the region and no wildcard", (region) => {
  const buckets = managedBuckets(region, { legacy_agent: true });
  expect(new Set(buckets).size).toBe(region in PATCH_MANAGER_BUCKETS ? 9 : 8);
  expect(buckets.filter((bucket) => !bucket.includes(region) || !/^[a-z0-9-]{3,63}$/.test(bucket))).toEqual([]);
});

test("AWS publishes a Patch Manager bucket for 29 regions, and a snapshot bucket with a suffix for six", () => {
  expect(Object.keys(PATCH_MANAGER_BUCKETS)).toHaveLength(29);
  expect(Object.keys(SUFFIXED_SNAPSHOT_BUCKETS)).toHaveLength(6);
  const regions = [...Object.keys(PATCH_MANAGER_BUCKETS), ...Object.keys(SUFFIXED_SNAPSHOT_BUCKETS)];
  expect(regions.filter((region) => !KNOWN_REGIONS.includes(region))).toEqual([]);
});

test("older agents and Distributor read four more buckets", () => {
  expect(managedBuckets("eu-central-1", { legacy_agent: true }).slice(5)).toEqual([
    "amazon-ssm-packages-eu-central-1",
    "eu-central-1-birdwatcher-prod",
    "aws-ssm-distributor-file-eu-central-1",
    "aws-ssm-document-attachments-eu-central-1",
  ]);
});

test("a Patch Manager bucket in the file replaces the published one, or adds a missing one", () => {
  const named = { ...OFF, patch_manager_bucket: "aws-patch-manager-named" };
  expect(managedBuckets("eu-central-1", named)[4]).toBe("aws-patch-manager-named");
  expect(managedBuckets("eu-central-1", named)).toHaveLength(5);
  expect(managedBuckets("cn-north-1", named)[4]).toBe("aws-patch-manager-named");
});
