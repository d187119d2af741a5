import { S3_PURPOSES, type S3BucketEntry, type S3Purpose, s3BucketsPolicy } from "../../lib/features/s3-buckets-policy";
import { s3ManagedBucketsPolicy } from "../../lib/features/s3-managed-buckets-policy";

const WRITTEN: S3BucketEntry = { bucket: "my-bucket", purpose: "run_command", put_object_acl: false };
const READ: S3BucketEntry = { ...WRITTEN, purpose: "scripts" };

test.each([
  ["aws", "eu-central-1", "aws-patch-manager-eu-central-1-9163fdaaf"],
  ["aws-cn", "cn-north-1", undefined],
  ["aws-us-gov", "us-gov-west-1", undefined],
])("the AWS-owned buckets in %s", (partition, region, patchManager) => {
  expect(s3ManagedBucketsPolicy(partition, { [region]: { legacy_agent: false } })).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: region.replaceAll("-", ""),
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: [
          `arn:${partition}:s3:::aws-windows-downloads-${region}/*`,
          `arn:${partition}:s3:::amazon-ssm-${region}/*`,
          `arn:${partition}:s3:::aws-ssm-${region}/*`,
          `arn:${partition}:s3:::patch-baseline-snapshot-${region}/*`,
          ...(patchManager ? [`arn:${partition}:s3:::${patchManager}/*`] : []),
        ],
      },
    ],
  });
});

test("each region is a statement of its own, in the order of the regions' names", () => {
  const off = { legacy_agent: false };
  const { Statement } = s3ManagedBucketsPolicy("aws", { "us-west-2": off, "ap-east-1": off, "eu-west-1": off });
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["apeast1", "euwest1", "uswest2"]);
});

/** What each purpose lets the machines do with objects, as AWS's page has it. */
const OBJECT_ACTION: Record<S3Purpose, string> = {
  run_command: "s3:PutObject",
  session_manager: "s3:PutObject",
  state_manager: "s3:PutObject",
  inventory: "s3:PutObject",
  patch_baseline: "s3:GetObject",
  scripts: "s3:GetObject",
};

test.each(Object.entries(OBJECT_ACTION))("a bucket for %s: %s on objects, and no other way in", (purpose, action) => {
  const access = { ...WRITTEN, purpose: purpose as S3Purpose, prefix: "a/b" };
  const objects = { Effect: "Allow", Action: [action], Resource: "arn:aws:s3:::my-bucket/a/b/*" };
  const settings = { Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: "arn:aws:s3:::my-bucket" };
  expect(s3BucketsPolicy("aws", { it: access })).toEqual({
    Version: "2012-10-17",
    Statement: action === "s3:PutObject" ? [objects, settings] : [objects],
  });
});

test("the purposes that are tested are all there are", () => {
  expect(Object.keys(OBJECT_ACTION)).toEqual(Object.keys(S3_PURPOSES));
});

test.each(["aws", "aws-cn", "aws-us-gov"])("a whole bucket in %s", (partition) => {
  const { Statement } = s3BucketsPolicy(partition, { it: WRITTEN });
  expect(Statement.map(({ Resource }) => Resource)).toEqual([
    `arn:${partition}:s3:::my-bucket/*`,
    `arn:${partition}:s3:::my-bucket`,
  ]);
});

test("a bucket of another account may be given the objects", () => {
  const [objects] = s3BucketsPolicy("aws", { logs: { ...WRITTEN, put_object_acl: true } }).Statement;
  expect(objects?.Action).toEqual(["s3:PutObject", "s3:PutObjectAcl"]);
});

test.each([
  ["aws", ["s3.eu-central-1.amazonaws.com"]],
  ["aws-us-gov", ["s3.eu-central-1.amazonaws.com"]],
  ["aws-cn", ["s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com.cn"]],
])("a key in %s is usable through S3 of the key's region alone", (partition, services) => {
  const key = `arn:${partition}:kms:eu-central-1:111111111111:key/1`;
  expect(s3BucketsPolicy(partition, { logs: { ...WRITTEN, kms_key_arn: key } }).Statement[2]).toEqual({
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: key,
    Condition: { StringEquals: { "kms:ViaService": services } },
  });
});

test("who only reads needs no new data key", () => {
  const { Statement } = s3BucketsPolicy("aws", { logs: { ...READ, kms_key_arn: "arn:aws:kms:eu-west-1:1:key/1" } });
  expect(Statement.map(({ Action }) => Action)).toEqual([["s3:GetObject"], ["kms:Decrypt"]]);
});

test("entries stand in the order of their labels, as Terraform walks them", () => {
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
