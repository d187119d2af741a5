import { TerraformLocal } from "cdktf";
import { KNOWN_REGIONS, partitionOf } from "../../lib/aws/partitions";
import type { LogGroupEntry } from "../../lib/features/log-groups";
import { logGroupsPolicy } from "../../lib/features/log-groups-policy";
import { S3_PURPOSES, type S3Purpose, s3BucketsPolicy } from "../../lib/features/s3-buckets-policy";
import { s3ManagedBucketsPolicy } from "../../lib/features/s3-managed-buckets-policy";
import { ACCESS_LEVELS, type UserAccess, userAccessPolicy } from "../../lib/features/user-access-policy";
import { run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { synthRole } from "../support";
import { describeInLab, synthesize } from "./support";

/** One region of each partition, and an account's settings there. */
const PARTITIONS = { aws: "eu-south-2", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1" };

describeInLab("Terraform", (lab) => {
  /** Evaluates expressions in a root module, without a request to AWS. */
  async function evaluate(root: string, expression: string): Promise<unknown> {
    const script = `echo 'jsonencode(${expression})' | '${findTools("terraform").terraform}' console`;
    const { code, output, stdout } = await run("/bin/sh", ["-c", script], { cwd: root, env: lab().env });
    if (code !== 0) throw new Error(output);
    return JSON.parse(JSON.parse(stdout));
  }

  test.each(Object.entries(PARTITIONS))(
    "computes the same policies for %s as TypeScript does",
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
      const purposes = Object.keys(S3_PURPOSES) as S3Purpose[];
      const own = {
        ...Object.fromEntries(
          purposes.map((purpose) => [
            purpose,
            {
              bucket: `example-${purpose.replace("_", "-")}`,
              prefix: "",
              purpose,
              put_object_acl: false,
              kms_key_arn: key,
            },
          ]),
        ),
        // Sorts before the other labels. The order of the run_command buckets follows the labels.
        Folder: { bucket: "example-folder", prefix: "a/b", purpose: "run_command", put_object_acl: true } as const,
      };
      const group = {
        log_group_arn: `arn:${partition}:logs:${region}:111111111111:log-group:/ssm`,
        purpose: "run_command",
      };
      const groups = {
        commands: group,
        elsewhere: { ...group, log_group_arn: group.log_group_arn.replace(region, regions[0] as string) },
        sessions: { ...group, purpose: "session_manager", kms_key_arn: key },
      } as Record<string, LogGroupEntry>;
      const access: Record<string, UserAccess> = {
        ...Object.fromEntries(ACCESS_LEVELS.map((level) => [level, { level, node_tags: {} }])),
        tagged: { level: "operator", node_tags: { Team: "plant", "Cost center": "" }, kms_key_arn: key },
        keyed: { level: "administrator", node_tags: {}, kms_key_arn: key },
      };
      const features = { s3_managed_buckets: managed, s3_buckets: own, log_groups: groups, user_access: access };
      const file = { accounts: { one: { id: "111111111111", region, role: { path: "/hybrid/" }, ...features } } };
      const root = (await synthesize(lab(), partition, JSON.stringify(file)))("one");
      await lab().mustTerraform(root, "init", "-input=false");
      const evaluated = await evaluate(
        root,
        "{ managed = jsondecode(local.s3_managed_buckets_document), own = jsondecode(local.s3_buckets_document), " +
          "groups = jsondecode(local.log_groups_document), access = { for k, d in local.user_access_documents : k => jsondecode(d) }, " +
          "attached = local.attached_policies }",
      );
      const arnOf = (kind: string, name: string) => `arn:${partition}:iam::111111111111:${kind}/hybrid/${name}`;
      const scope = { partition, accountId: "111111111111", roleArn: arnOf("role", "SSMServiceRole") };
      const outputBuckets = ["example-folder", "example-run-command"];
      const withBuckets = Object.entries(access).map(([label, one]) => [
        label,
        userAccessPolicy({ ...scope, outputBuckets }, one),
      ]);
      expect(evaluated).toEqual({
        managed: s3ManagedBucketsPolicy(partition, managed),
        own: s3BucketsPolicy(partition, own),
        groups: logGroupsPolicy(groups),
        access: Object.fromEntries(withBuckets),
        attached: {
          "role.core_policy_arn": `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
          s3_managed_buckets: arnOf("policy", "SSMServiceRole-s3-managed-buckets"),
          s3_buckets: arnOf("policy", "SSMServiceRole-s3-buckets"),
          log_groups: arnOf("policy", "SSMServiceRole-log-groups"),
        },
      });
    },
  );

  test("accepts a program's expressions that contain quotes, in the trust policy too", async () => {
    const root = synthRole((stack) => {
      new TerraformLocal(stack, "ids", { plant: "222222222222" }).overrideLogicalId("ids");
      return { accountId: '${local.ids["plant"]}', role: { name: 'Plant-${local.ids["plant"]}' } };
    });
    const folder = lab().directory("quotes");
    // The mirror does not have the provider version of CDKTF's bindings.
    lab().file("quotes/cdk.tf.json", JSON.stringify({ ...(root as object), terraform: {} }));
    await lab().mustTerraform(folder, "init", "-input=false");
    await lab().mustTerraform(folder, "validate");
  });

  test("validates the root modules of every state backend", async () => {
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
