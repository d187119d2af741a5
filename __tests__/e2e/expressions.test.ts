import { KNOWN_REGIONS, partitionOf } from "../../lib/policies/partitions";
import { managedBucketsPolicy, ownBucketsPolicy } from "../../lib/policies/s3-access";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { describeInLab, synthesize } from "./support";

/** One region of each partition, and what its account gets. */
const PARTITIONS = { aws: "eu-south-2", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1" };

describeInLab("what Terraform computes", (lab) => {
  /** Evaluates expressions in a root, without any call to AWS. */
  async function evaluate(root: string, expression: string): Promise<unknown> {
    const script = `echo 'jsonencode(${expression})' | '${findTools("terraform").terraform}' console`;
    const { code, output, stdout } = await run("/bin/sh", ["-c", script], { cwd: root, env: lab().env });
    if (code !== 0) throw new Error(output);
    return JSON.parse(JSON.parse(stdout));
  }

  test.each(Object.entries(PARTITIONS))(
    "the S3 policies of %s are those that TypeScript checks",
    async (partition, region) => {
      const regions = KNOWN_REGIONS.filter((known) => partitionOf(known) === partition);
      const managed = Object.fromEntries(
        regions.slice(0, 8).map((known, index) => [
          known,
          {
            legacy_agent: index % 2 === 1,
            ...(index === 2 && { patch_manager_bucket: "aws-patch-manager-example" }),
          },
        ]),
      );
      const key = `arn:${partition}:kms:${region}:111111111111:key/11111111-2222-3333-4444-555555555555`;
      const plain = { read: true, write: true, put_object_acl: false };
      const own = {
        whole: { ...plain, bucket: "example-whole" },
        output: { ...plain, bucket: "example-output", prefix: "run-command/output", read: false, kms_key_arn: key },
        scripts: { ...plain, bucket: "example-scripts", write: false, kms_key_arn: key },
        shared: { ...plain, bucket: "example-shared", put_object_acl: true },
      };
      const file = { accounts: { one: { id: "111111111111", region, s3_managed_buckets: managed, s3_buckets: own } } };
      const root = (await synthesize(lab(), partition, JSON.stringify(file)))("one");
      await lab().mustTerraform(root, "init", "-input=false");
      expect(await evaluate(root, "jsondecode(local.s3_managed_buckets_document)")).toEqual(
        managedBucketsPolicy(partition, managed),
      );
      expect(await evaluate(root, "jsondecode(local.s3_buckets_document)")).toEqual(ownBucketsPolicy(partition, own));
      expect(await evaluate(root, "local.attached_policies")).toEqual({
        "role.core_policy_arn": `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
        s3_managed_buckets: `arn:${partition}:iam::111111111111:policy/SSMServiceRole-s3-managed-buckets`,
        s3_buckets: `arn:${partition}:iam::111111111111:policy/SSMServiceRole-s3-buckets`,
      });
    },
  );

  test("the roots of every kind of state are valid Terraform", async () => {
    const states = {
      s3: {
        backend: "s3",
        bucket: "example",
        kms_key_id: "alias/state",
        allowed_account_ids: ["111111111111"],
        assume_role: { role_arn: "arn:aws:iam::111111111111:role/State", external_id: "ticket-1" },
      },
      cloud: { backend: "cloud", organization: "example" },
      http: { backend: "http", address: "https://gitlab.example.com/api/v4/projects/1/terraform/state/{account_name}" },
      local: { backend: "local" },
    };
    const accounts = Object.entries(states).map(([name, state], index) => [
      name,
      { id: `11111111111${index}`, region: "eu-central-1", state },
    ]);
    const roots = await synthesize(lab(), "states", JSON.stringify({ accounts: Object.fromEntries(accounts) }));
    for (const name of Object.keys(states)) {
      await lab().mustTerraform(roots(name), "init", "-backend=false", "-input=false");
      expect(await lab().terraform(roots(name), "validate")).toMatchObject({ code: 0 });
    }
  });
});
