import { s3Buckets } from "../../lib/features/s3-buckets";
import { rulesOf } from "../support";

const NO_ACL = "s3_buckets.b: must not set put_object_acl for a purpose that reads: patch_baseline, scripts.";
const PURPOSES = "run_command, session_manager, state_manager, inventory, patch_baseline, scripts";
const PREFIX = "s3_buckets.b.prefix: must be a key prefix without / at either end, without wildcards or spaces.";

test("an entry does not allow ACLs by default", () => {
  expect(s3Buckets.entries.parse({ b: { bucket: "my-bucket", prefix: "", purpose: "inventory" } })).toEqual({
    b: { bucket: "my-bucket", prefix: "", purpose: "inventory", put_object_acl: false },
  });
});

test.each([
  ["prefix: run-command", [`s3_buckets.b.purpose: is required: one of ${PURPOSES}.`]],
  ["purpose: backup", [`s3_buckets.b.purpose: must be one of ${PURPOSES}.`]],
  [
    "purpose: scripts, read: true",
    ["s3_buckets.b.read: must be one of bucket, prefix, purpose, put_object_acl, kms_key_arn."],
  ],
  ["purpose: run_command, put_object_acl: true", []],
  ["purpose: session_manager, put_object_acl: true", []],
  ["purpose: state_manager, put_object_acl: true", []],
  ["purpose: inventory, put_object_acl: true", []],
  ["purpose: patch_baseline, put_object_acl: true", [NO_ACL]],
  ["purpose: scripts, put_object_acl: true", [NO_ACL]],
  ["purpose: scripts, put_object_acl: false", []],
  ["purpose: scripts, put_object_acl: yes", ["s3_buckets.b.put_object_acl: must be true or false."]],
  ["purpose: scripts, prefix: run-command/output", []],
  ["purpose: scripts, prefix: run-command/output/", []],
  ["purpose: scripts, prefix: null", ["s3_buckets.b.prefix: is required."]],
  ["purpose: scripts, prefix: /output", [PREFIX]],
  // Not the whole bucket.
  ["purpose: scripts, prefix: /", [PREFIX]],
  ["purpose: scripts, prefix: a//", [PREFIX]],
  ['purpose: scripts, prefix: "output/*"', [PREFIX]],
  ["purpose: scripts, prefix: a/../b", ["s3_buckets.b.prefix: must not contain the folders . or ..."]],
  [
    'purpose: scripts, kms_key_arn: "alias/mine"',
    ["s3_buckets.b.kms_key_arn: must be the ARN of a KMS key (IAM does not resolve an alias)."],
  ],
])("an entry with %s", (entry, rules) => {
  expect(
    rulesOf(
      `s3_buckets: { b: { bucket: my-bucket, ${/prefix|run-command/.test(entry) ? "" : "prefix: '', "}${entry} } }`,
    ),
  ).toEqual(rules);
});
