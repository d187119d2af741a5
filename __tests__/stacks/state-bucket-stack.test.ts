import { stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import { parseAccounts } from "../../lib/config/fleet";
import { BUCKET_STATE_KEY, type StateBucket, stateBuckets } from "../../lib/config/state-buckets";
import { StateBucketStack, type StateBucketStackProps } from "../../lib/stacks/state-bucket-stack";
import { at, synthText } from "../support";

const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";

function bucketOf(state: object = {}): StateBucket {
  const assume_role = { role_arn: DEPLOY };
  const a = {
    id: "111111111111",
    region: "eu-central-1",
    deploy_role_arn: DEPLOY,
    external_id: "shared",
    tags: { Owner: "platform" },
    state: { backend: "s3", bucket: "my.states", key: "a.tfstate", region: "us-east-1", assume_role, ...state },
  };
  return stateBuckets(parseAccounts(JSON.stringify({ accounts: { a } })), ["a"], "accounts.yaml")[0] as StateBucket;
}

function synth(props: Partial<StateBucketStackProps> = {}): unknown {
  return JSON.parse(
    synthText("my.states", (app) => new StateBucketStack(app, "my.states", { bucket: bucketOf(), ...props })),
  );
}

test("the bucket is versioned, encrypted, not public, and never destroyed", () => {
  const resource = at(synth(), "resource") as Record<string, { this: Record<string, unknown> }>;
  const access = { partition: "aws", bucket: "my.states", setupRoleArns: [DEPLOY], ownKey: BUCKET_STATE_KEY };
  const states = [{ roleArn: DEPLOY, key: "a.tfstate" }];
  const made = {
    aws_s3_bucket: { bucket: "my.states" },
    aws_s3_bucket_versioning: { versioning_configuration: { status: "Enabled" } },
    aws_s3_bucket_server_side_encryption_configuration: {
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    },
    aws_s3_bucket_public_access_block: {
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    },
    aws_s3_bucket_ownership_controls: { rule: { object_ownership: "BucketOwnerEnforced" } },
    aws_s3_bucket_policy: {
      policy: JSON.stringify(stateBucketPolicy({ ...access, states })),
      depends_on: ["aws_s3_bucket_public_access_block.this"],
    },
  };
  const common = { bucket: "${aws_s3_bucket.this.id}", lifecycle: { prevent_destroy: true } };
  expect(Object.keys(resource).sort()).toEqual(Object.keys(made).sort());
  for (const [type, settings] of Object.entries(made)) {
    expect([type, at(resource, type, "this")]).toEqual([type, { ...common, ...settings }]);
  }
});

test("with a KMS key", () => {
  const root = synth({ bucket: bucketOf({ kms_key_id: "alias/state" }) });
  expect(at(root, "resource", "aws_s3_bucket_server_side_encryption_configuration", "this")).toMatchObject({
    rule: [
      {
        apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms", kms_master_key_id: "alias/state" },
        bucket_key_enabled: true,
      },
    ],
  });
  expect(at(root, "terraform", "backend", "s3")).toMatchObject({ kms_key_id: "alias/state" });
});

test("the account's deploy role creates it in the bucket's region, and stores its state in it", () => {
  const root = synth();
  expect(at(root, "provider", "aws")).toEqual([
    {
      region: "us-east-1",
      skip_region_validation: true,
      allowed_account_ids: ["111111111111"],
      assume_role: [{ role_arn: DEPLOY, session_name: "ssm-hybrid-service-role", external_id: "shared" }],
      default_tags: [{ tags: { Owner: "platform" } }],
    },
  ]);
  expect(at(root, "terraform", "backend")).toEqual({
    s3: {
      bucket: "my.states",
      key: BUCKET_STATE_KEY,
      region: "us-east-1",
      skip_region_validation: true,
      use_lockfile: true,
      encrypt: true,
      use_path_style: false,
      allowed_account_ids: ["111111111111"],
      assume_role: { role_arn: DEPLOY, external_id: "shared" },
    },
  });
  expect(at(root, "import")).toBeUndefined();
});

test("before that, its state is a file, and an existing bucket is imported", () => {
  const root = synth({ localState: "../b.tfstate", adopt: true });
  expect(at(root, "terraform", "backend")).toEqual({ local: { path: "../b.tfstate" } });
  expect(at(root, "import")).toEqual([{ to: "aws_s3_bucket.this", id: "my.states" }]);
});
