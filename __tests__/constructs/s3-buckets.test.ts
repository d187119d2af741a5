import { s3Buckets } from "../../lib/constructs/s3-buckets";
import { at, faultsOf, oneAccount, synthRole } from "../support";

const rulesOf = (entry: string) =>
  faultsOf(oneAccount(`s3_buckets: { b: { bucket: my-bucket, ${entry} } }`)).map(({ rule }) => rule);

test("an entry reads and writes a whole bucket by default", () => {
  expect(s3Buckets.entries.parse({ b: { bucket: "my-bucket" } })).toEqual({
    b: { bucket: "my-bucket", read: true, write: true, put_object_acl: false },
  });
});

test("all entries make one policy of the role's name, under its path", () => {
  const role = { accountId: "111111111111", partition: "aws-cn", path: "/x/", name: "R" };
  const entries = s3Buckets.entries.parse({ a: { bucket: "one", write: false }, b: { bucket: "two", write: false } });
  expect(s3Buckets.policies(entries, role)).toEqual([
    {
      field: ["s3_buckets"],
      arn: "arn:aws-cn:iam::111111111111:policy/x/R-s3-buckets",
      description: "Access of hybrid machines to S3 buckets of this organization.",
      document: {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws-cn:s3:::one/*" },
          { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws-cn:s3:::two/*" },
        ],
      },
    },
  ]);
});

test.each([
  ["read: false", []],
  ["write: false", []],
  ["read: false, write: false", ["must read or write."]],
  ["put_object_acl: true", []],
  ["write: false, put_object_acl: true", ["must write where put_object_acl is true."]],
  ["prefix: run-command/output", []],
  ["prefix: /output", ["must be a key prefix without / at either end, without wildcards or spaces."]],
  ['prefix: "output/*"', ["must be a key prefix without / at either end, without wildcards or spaces."]],
  ["prefix: a/../b", ["must not hold . or .. as a folder."]],
  ["read: yes", ["must be a boolean."]],
  ['kms_key_arn: "alias/mine"', ["must be the ARN of a KMS key (IAM does not resolve an alias)."]],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(entry)).toEqual(rules);
});

test("the policy is made where there is an entry", () => {
  const policy = at(
    synthRole({ s3Buckets: { b: { bucket: "my-bucket" } } }),
    "resource",
    "aws_iam_policy",
    "s3_buckets",
  );
  expect(policy).toMatchObject({
    for_each: '${length(var.s3_buckets) > 0 ? toset(["this"]) : toset([])}',
    name: "${local.role_name}-s3-buckets",
    path: "${local.path}",
    policy: "${local.s3_buckets_document}",
  });
});
