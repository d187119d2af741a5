import { s3ManagedBuckets } from "../../lib/features/s3-managed-buckets";
import { rulesOf, told } from "../support";

test("an entry omits the buckets of older agents by default", () => {
  expect(s3ManagedBuckets.entries.parse({ "us-east-1": {} })).toEqual({ "us-east-1": { legacy_agent: false } });
});

test("a key that is not a region is an error at the key", () => {
  expect(told("s3_managed_buckets: { us-eest-1: {} }")).toEqual([
    'accounts.yaml:5:27  account "a"  s3_managed_buckets["us-eest-1"] = "us-eest-1"',
    "must be an AWS region: the key of an entry is its region, such as eu-central-1. [region]",
    "Did you mean us-east-1? See https://docs.aws.amazon.com/general/latest/gr/ssm.html",
  ]);
});

test.each(['"*": {}', 'eu-west-1: { patch_manager_bucket: "aws-patch-manager-*" }'])(
  "a wildcard is refused: %s",
  (entry) => {
    expect(rulesOf(`s3_managed_buckets: { ${entry} }`)).toHaveLength(1);
  },
);
