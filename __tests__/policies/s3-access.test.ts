import { managedBucketsPolicy, type OwnBucketAccess, ownBucketsPolicy } from "../../lib/policies/s3-access";

const BOTH: OwnBucketAccess = { bucket: "my-bucket", read: true, write: true, put_object_acl: false };

test.each([
  ["aws", "eu-central-1", "aws-patch-manager-eu-central-1-9163fdaaf"],
  ["aws-cn", "cn-north-1", undefined],
  ["aws-us-gov", "us-gov-west-1", undefined],
])("the AWS-owned buckets in %s", (partition, region, patchManager) => {
  expect(managedBucketsPolicy(partition, { [region]: { legacy_agent: false } })).toEqual({
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
  const { Statement } = managedBucketsPolicy("aws", { "us-west-2": off, "ap-east-1": off, "eu-west-1": off });
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["apeast1", "euwest1", "uswest2"]);
});

test.each(["aws", "aws-cn", "aws-us-gov"])("one's own bucket, read and written, in %s", (partition) => {
  expect(ownBucketsPolicy(partition, { logs: { ...BOTH, prefix: "run/command" } })).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: `arn:${partition}:s3:::my-bucket/run/command/*`,
      },
      { Effect: "Allow", Action: "s3:GetEncryptionConfiguration", Resource: `arn:${partition}:s3:::my-bucket` },
    ],
  });
});

test("a bucket that is read alone gives away nothing else", () => {
  expect(ownBucketsPolicy("aws", { scripts: { ...BOTH, write: false } }).Statement).toEqual([
    { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::my-bucket/*" },
  ]);
});

test("a bucket that is written alone is not read", () => {
  const [objects] = ownBucketsPolicy("aws", { logs: { ...BOTH, read: false, put_object_acl: true } }).Statement;
  expect(objects?.Action).toEqual(["s3:PutObject", "s3:PutObjectAcl"]);
});

test.each([
  ["aws", ["s3.eu-central-1.amazonaws.com"]],
  ["aws-us-gov", ["s3.eu-central-1.amazonaws.com"]],
  ["aws-cn", ["s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com.cn"]],
])("a key in %s is usable through S3 of the key's region alone", (partition, services) => {
  const key = `arn:${partition}:kms:eu-central-1:111111111111:key/1`;
  expect(ownBucketsPolicy(partition, { logs: { ...BOTH, kms_key_arn: key } }).Statement[2]).toEqual({
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: key,
    Condition: { StringEquals: { "kms:ViaService": services } },
  });
});

test("who only reads needs no new data key", () => {
  const key = "arn:aws:kms:eu-central-1:111111111111:key/1";
  const { Statement } = ownBucketsPolicy("aws", { logs: { ...BOTH, write: false, kms_key_arn: key } });
  expect(Statement.map(({ Action }) => Action)).toEqual([["s3:GetObject"], ["kms:Decrypt"]]);
});

test("entries stand in the order of their labels, as Terraform walks them", () => {
  const { Statement } = ownBucketsPolicy("aws", {
    b: { ...BOTH, bucket: "second", write: false },
    B: { ...BOTH, bucket: "first", write: false },
    c: { ...BOTH, bucket: "third", write: false },
  });
  expect(Statement.map(({ Resource }) => Resource)).toEqual([
    "arn:aws:s3:::first/*",
    "arn:aws:s3:::second/*",
    "arn:aws:s3:::third/*",
  ]);
});

test("without entries nothing is allowed", () => {
  expect(ownBucketsPolicy("aws", {}).Statement).toEqual([]);
  expect(managedBucketsPolicy("aws", {}).Statement).toEqual([]);
});
