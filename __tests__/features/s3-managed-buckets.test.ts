import { PATCH_MANAGER_BUCKETS, SUFFIXED_SNAPSHOT_BUCKETS } from "../../lib/aws/managed-buckets";
import { s3ManagedBuckets } from "../../lib/features/s3-managed-buckets";
import { at, faultsOf, oneAccount, synthRole } from "../support";

test("an entry leaves out the buckets of older agents by default", () => {
  expect(s3ManagedBuckets.entries.parse({ "us-east-1": {} })).toEqual({ "us-east-1": { legacy_agent: false } });
});

test("all regions make one policy of the role's name, under its path", () => {
  const role = { accountId: "111111111111", partition: "aws-us-gov", path: "/x/", name: "R" };
  const entries = s3ManagedBuckets.entries.parse({ "us-gov-west-1": {}, "us-gov-east-1": {} });
  const [policy, ...rest] = s3ManagedBuckets.policies(entries, role);
  expect(rest).toEqual([]);
  expect(policy).toMatchObject({
    field: ["s3_managed_buckets"],
    arn: "arn:aws-us-gov:iam::111111111111:policy/x/R-s3-managed-buckets",
    document: { Statement: [{ Sid: "usgoveast1" }, { Sid: "usgovwest1" }] },
  });
});

test("a key that is no region is a fault at the key", () => {
  const [fault, ...rest] = faultsOf(oneAccount("s3_managed_buckets: { us-eest-1: {} }"));
  expect(rest).toEqual([]);
  expect(fault).toMatchObject({
    line: 5,
    column: 27,
    field: 's3_managed_buckets["us-eest-1"]',
    code: "region",
    value: "us-eest-1",
    fix: "Did you mean us-east-1?",
  });
});

test("no wildcard stands in place of a region", () => {
  expect(faultsOf(oneAccount('s3_managed_buckets: { "*": {} }')).map(({ code }) => code)).toEqual(["region"]);
  expect(
    faultsOf(oneAccount('s3_managed_buckets: { eu-west-1: { patch_manager_bucket: "aws-patch-manager-*" } }')),
  ).toHaveLength(1);
});

test("Terraform knows the published names, and refuses a region of another partition", () => {
  const root = synthRole({ s3ManagedBuckets: { "eu-central-1": {} } });
  expect(at(root, "locals")).toMatchObject({
    patch_manager_buckets: PATCH_MANAGER_BUCKETS,
    patch_baseline_snapshot_buckets: SUFFIXED_SNAPSHOT_BUCKETS,
  });
  expect(at(root, "resource", "aws_iam_policy", "s3_managed_buckets", "lifecycle", "precondition", "1")).toEqual({
    condition:
      '${alltrue([for region in keys(var.s3_managed_buckets) : local.partition == (startswith(region, "cn-") ? "aws-cn" : startswith(region, "us-gov-") ? "aws-us-gov" : "aws")])}',
    error_message: "s3_managed_buckets: must hold regions of the account's own partition only",
  });
});
