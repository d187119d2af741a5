import { S3_PURPOSES, s3BucketsPolicy } from "../../lib/features/s3-buckets-policy";
import { s3ManagedBucketsPolicy } from "../../lib/features/s3-managed-buckets-policy";
import { PLACES } from "../iam/place";
import { s3BucketEntries } from "../iam/s3-buckets";

// __tests__/iam tests what IAM decides with these policies.
const OFF = { legacy_agent: false };
const READ = { prefix: "", purpose: "patch_baseline", put_object_acl: false } as const;

test("the IAM tests cover all purposes", () => {
  for (const place of PLACES) {
    const asked = Object.values(s3BucketEntries(place)).map(({ purpose }) => purpose);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(S3_PURPOSES).sort());
  }
});

test.each([
  ["aws", "eu-central-1", 5],
  ["aws", "mx-central-1", 4],
  ["aws-cn", "cn-north-1", 4],
  ["aws-us-gov", "us-gov-west-1", 4],
])(
  "in %s, %s, only the buckets that AWS publishes are included, without those of older agents",
  (partition, region, count) => {
    expect(s3ManagedBucketsPolicy(partition, { [region]: OFF }).Statement[0]?.Resource).toHaveLength(count);
  },
);

test("each region has its own statement, in the order of the regions' names", () => {
  const { Statement } = s3ManagedBucketsPolicy("aws", { "us-west-2": OFF, "ap-east-1": OFF, "eu-west-1": OFF });
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["apeast1", "euwest1", "uswest2"]);
});

test("a key can be used through S3 in the key's region, not in the account's region", () => {
  const kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1";
  const { Statement } = s3BucketsPolicy("aws", { logs: { ...READ, bucket: "my-bucket", kms_key_arn } });
  expect(Statement[1]?.Condition?.StringEquals?.["kms:ViaService"]).toEqual(["s3.eu-west-1.amazonaws.com"]);
});

test("entries are in the order of their labels, as in Terraform", () => {
  const { Statement } = s3BucketsPolicy("aws", {
    b: { ...READ, bucket: "second" },
    B: { ...READ, bucket: "first" },
    c: { ...READ, bucket: "third" },
  });
  expect(Statement.map(({ Resource }) => Resource)).toEqual([
    "arn:aws:s3:::first/*",
    "arn:aws:s3:::second/*",
    "arn:aws:s3:::third/*",
  ]);
});

test("without entries nothing is allowed", () => {
  expect(s3BucketsPolicy("aws", {}).Statement).toEqual([]);
  expect(s3ManagedBucketsPolicy("aws", {}).Statement).toEqual([]);
});
