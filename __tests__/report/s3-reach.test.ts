import { s3Reach } from "../../lib/report/s3-reach";
import { facts } from "./support";

const KEY = "arn:aws:kms:eu-central-1:111111111111:key/1234";

test("each statement about objects is a row, with the purpose and the key of its entry", () => {
  const reach = s3Reach(
    facts({
      s3Buckets: {
        scripts: { bucket: "example", prefix: "scripts", purpose: "scripts" },
        output: { bucket: "example", prefix: "output", purpose: "run_command", putObjectAcl: true, kmsKeyArn: KEY },
      },
      s3ManagedBuckets: { "eu-central-1": {} },
    }),
  );
  const nothing = { kmsKey: undefined, purpose: undefined };
  expect(reach).toEqual([
    {
      ...nothing,
      places: expect.arrayContaining([{ bucket: "aws-ssm-eu-central-1", prefix: "" }]),
      read: true,
      write: false,
      acl: false,
      feature: "s3_managed_buckets",
    },
    {
      places: [{ bucket: "example", prefix: "output/" }],
      read: false,
      write: true,
      acl: true,
      kmsKey: KEY,
      purpose: "run_command",
      feature: "s3_buckets",
    },
    {
      ...nothing,
      places: [{ bucket: "example", prefix: "scripts/" }],
      read: true,
      write: false,
      acl: false,
      purpose: "scripts",
      feature: "s3_buckets",
    },
  ]);
});

test("without S3 there are no rows", () => {
  expect(s3Reach(facts({ cloudwatchAgent: { default: {} } }))).toEqual([]);
});
