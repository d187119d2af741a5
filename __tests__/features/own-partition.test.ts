import { foreignKeys, keysOfPartition } from "../../lib/features/own-partition";

const ROLE = { accountId: "111111111111", partition: "aws-cn", path: "/", name: "R" };

test("a key of another partition is refused, one of another account is not, and none is needed", () => {
  const entries = {
    own: { kms_key_arn: "arn:aws-cn:kms:cn-north-1:111111111111:key/1" },
    "other-account": { kms_key_arn: "arn:aws-cn:kms:cn-north-1:222222222222:key/1" },
    none: {},
    "other-partition": { kms_key_arn: "arn:aws:kms:eu-central-1:111111111111:key/1" },
  };
  expect(foreignKeys("things", entries, ROLE)).toEqual([
    {
      path: ["things", "other-partition", "kms_key_arn"],
      field: 'things["other-partition"].kms_key_arn',
      code: "partition",
      value: "arn:aws:kms:eu-central-1:111111111111:key/1",
      rule: "must be a key of the account's own partition, aws-cn.",
      fix: "Name the key that encrypts what the entry is about.",
    },
  ]);
});

test("a plan refuses it in the same words", () => {
  expect(keysOfPartition("things")).toEqual({
    condition:
      '${alltrue([for key in compact(values(var.things)[*].kms_key_arn) : startswith(key, "arn:${local.partition}:")])}',
    errorMessage: "things: kms_key_arn must be a key of the account's own partition, ${local.partition}.",
  });
});
