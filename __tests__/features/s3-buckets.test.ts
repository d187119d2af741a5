import { s3Buckets } from "../../lib/features/s3-buckets";
import { s3BucketsPolicy } from "../../lib/features/s3-buckets-policy";
import { at, faultsOf, oneAccount, synthRole } from "../support";

const rulesOf = (entry: string) =>
  faultsOf(oneAccount(`s3_buckets: { b: { bucket: my-bucket, ${entry} } }`)).map(({ rule }) => rule);
const NO_ACL = "must not set put_object_acl for a purpose that reads: patch_baseline, scripts.";
const PURPOSES = "run_command, session_manager, state_manager, inventory, patch_baseline, scripts";

test("an entry opens a whole bucket, and gives no objects away, by default", () => {
  expect(s3Buckets.entries.parse({ b: { bucket: "my-bucket", purpose: "inventory" } })).toEqual({
    b: { bucket: "my-bucket", purpose: "inventory", put_object_acl: false },
  });
});

test("all entries make one policy of the role's name, under its path", () => {
  const role = { accountId: "111111111111", partition: "aws-cn", path: "/x/", name: "R" };
  const entries = s3Buckets.entries.parse({
    a: { bucket: "one", purpose: "scripts" },
    b: { bucket: "two", purpose: "patch_baseline" },
  });
  expect(s3Buckets.policies(entries, role)).toEqual([
    {
      field: ["s3_buckets"],
      arn: "arn:aws-cn:iam::111111111111:policy/x/R-s3-buckets",
      description: "Access of hybrid machines to S3 buckets of this organization.",
      document: s3BucketsPolicy("aws-cn", entries),
    },
  ]);
});

test.each([
  ["prefix: run-command", [`must be there, and be one of ${PURPOSES}.`]],
  ["purpose: backup", [`must be one of ${PURPOSES}.`]],
  ["purpose: scripts, read: true", ["must be one of bucket, prefix, purpose, put_object_acl, kms_key_arn."]],
  ["purpose: run_command, put_object_acl: true", []],
  ["purpose: session_manager, put_object_acl: true", []],
  ["purpose: state_manager, put_object_acl: true", []],
  ["purpose: inventory, put_object_acl: true", []],
  ["purpose: patch_baseline, put_object_acl: true", [NO_ACL]],
  ["purpose: scripts, put_object_acl: true", [NO_ACL]],
  ["purpose: scripts, put_object_acl: false", []],
  ["purpose: scripts, put_object_acl: yes", ["must be a boolean."]],
  ["purpose: scripts, prefix: run-command/output", []],
  ["purpose: scripts, prefix: /output", ["must be a key prefix without / at either end, without wildcards or spaces."]],
  [
    'purpose: scripts, prefix: "output/*"',
    ["must be a key prefix without / at either end, without wildcards or spaces."],
  ],
  ["purpose: scripts, prefix: a/../b", ["must not hold . or .. as a folder."]],
  ['purpose: scripts, kms_key_arn: "alias/mine"', ["must be the ARN of a KMS key (IAM does not resolve an alias)."]],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(entry)).toEqual(rules);
});

test("the policy is made where there is an entry", () => {
  const policy = at(
    synthRole({ s3Buckets: { b: { bucket: "my-bucket", purpose: "run_command" } } }),
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
