import { errorsOf, oneAccount } from "../support";

const KEY = "arn:aws:kms:eu-central-1:111111111111:key/1";

test.each([
  ["s3_buckets", "bucket: my-bucket, prefix: '', purpose: scripts"],
  ["log_groups", 'log_group_arn: "arn:aws:logs:eu-central-1:111111111111:log-group:g", purpose: session_manager'],
  ["user_access", "level: operator, node_tags: {}"],
])(
  "%s: a key of another partition is refused, one of another account is accepted, and none is required",
  (name, entry) => {
    const errors = (key: string) =>
      errorsOf(oneAccount(`${name}: { none: { ${entry} }, th-is: { ${entry}, kms_key_arn: "${key}" } }`));
    expect(errors(KEY)).toEqual([]);
    expect(errors(KEY.replace("111111111111", "222222222222"))).toEqual([]);
    const value = KEY.replace("aws", "aws-cn");
    expect(errors(value)).toEqual([
      expect.objectContaining({
        field: `${name}["th-is"].kms_key_arn`,
        code: "partition",
        value,
        rule: "must be a KMS key of the account's partition, aws.",
        fix: "Specify the KMS key that encrypts the data of this entry.",
      }),
    ]);
  },
);
