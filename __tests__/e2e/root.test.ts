import { GetRoleCommand } from "@aws-sdk/client-iam";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { FeatureEntries } from "../../lib/features/features";
import { S3_BY_PATH } from "../../scripts/support/lab";
import { inTerraform } from "../accounts";
import { SsmApi } from "./ssm-api";
import { createStateBucket, describeInLab, plannedChanges, STATE_BUCKET, stateKeys, synthesize } from "./support";

const KEY = "one.tfstate";
const account = (fields: string) => `
accounts:
  one:
    id: "111111111111"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::111111111111:role/TerraformDeploy
    state: { backend: s3, bucket: ${STATE_BUCKET}, key: ${KEY}, region: us-east-1 }
${fields}`;

/** A feature that can be turned off again. `instance_tier` has its own test. */
type FeatureName = Exclude<keyof FeatureEntries, "instance_tier">;

/** The resources of each feature when it is the only one that is on, set by a variable file. */
const FEATURES: Record<FeatureName, { on: object; makes: string[] }> = {
  directory_service: {
    on: { corp: {} },
    makes: ['aws_iam_role_policy_attachment.directory_service["corp"]'],
  },
  cloudwatch_agent: {
    on: { default: {} },
    makes: ['aws_iam_role_policy_attachment.cloudwatch_agent["default"]'],
  },
  s3_managed_buckets: {
    on: { "eu-central-1": {}, "eu-west-1": { legacy_agent: true } },
    makes: ['aws_iam_policy.s3_managed_buckets["this"]', 'aws_iam_role_policy_attachment.s3_managed_buckets["this"]'],
  },
  s3_buckets: {
    // With run_command, the bucket would also be in the policies of user_access.
    on: { output: { bucket: "example-output", prefix: "", purpose: "session_manager" } },
    makes: ['aws_iam_policy.s3_buckets["this"]', 'aws_iam_role_policy_attachment.s3_buckets["this"]'],
  },
  policies: {
    on: { patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" } },
    makes: ['aws_iam_role_policy_attachment.policies["patch"]'],
  },
  log_groups: {
    on: { output: { log_group_arn: "arn:aws:logs:eu-central-1:111111111111:log-group:a", purpose: "run_command" } },
    makes: ['aws_iam_policy.log_groups["this"]', 'aws_iam_role_policy_attachment.log_groups["this"]'],
  },
  user_access: {
    on: { nobody: { level: "operator", node_tags: {} } },
    makes: ['aws_iam_policy.user_access["nobody"]'],
  },
  activations: {
    on: { week: { expires_in_days: 7 } },
    makes: ['aws_ssm_activation.activations["week"]', 'terraform_data.activations["week"]'],
  },
};

describeInLab("an account's root module with plain Terraform", (lab) => {
  let root: string;
  let api: SsmApi;
  const variables = (name: string, values: object) =>
    `-var-file=${lab().file(`${name}.tfvars.json`, JSON.stringify(inTerraform(values as Record<string, unknown>)))}`;
  const allOn = () => Object.fromEntries(Object.entries(FEATURES).map(([name, { on }]) => [name, on]));

  beforeAll(async () => {
    await createStateBucket(lab());
    root = (await synthesize(lab(), "one", account("")))("one");
    api = await SsmApi.start(lab().endpoint);
    const override = { provider: { aws: { endpoints: [{ ssm: api.endpoint }] } } };
    lab().file("one/cdktf.out/stacks/one/ssm_override.tf.json", JSON.stringify(override));
    await lab().mustTerraform(root, "init", "-input=false", S3_BY_PATH);
  });
  afterAll(() => api?.stop());

  test("refuses an apply while the state is locked, and creates nothing", async () => {
    const lock = { Bucket: STATE_BUCKET, Key: `${KEY}.tflock` };
    const holder = { ID: "held-by-somebody-else", Operation: "OperationTypeApply", Who: "colleague", Path: KEY };
    await lab()
      .s3()
      .send(new PutObjectCommand({ ...lock, Body: JSON.stringify(holder) }));
    const { code, output } = await lab().terraform(root, "apply", "-input=false", "-auto-approve", "-no-color");
    await lab().s3().send(new DeleteObjectCommand(lock));
    expect(code).toBe(1);
    expect(output).toContain("Error acquiring the state lock");
    expect(output).toContain("held-by-somebody-else");
    await expect(roleOf("111111111111")).rejects.toMatchObject({ name: "NoSuchEntityException" });
    expect(await stateKeys(lab())).toEqual([]);
  });

  test("attaches only the required policy if every feature is off", async () => {
    expect(await plannedChanges(lab(), root)).toEqual([
      "create aws_iam_role.this",
      "create aws_iam_role_policy_attachment.core",
      "create terraform_data.identity",
    ]);
    await lab().mustTerraform(root, "apply", "-input=false", "plan.bin");
    expect(await plannedChanges(lab(), root)).toEqual([]);
  });

  test("creates only a feature's own resources, and only one attachment for an additional entry", async () => {
    const all = allOn();
    const made = Object.values(FEATURES).flatMap(({ makes }) => makes.map((address) => `create ${address}`));
    expect(await plannedChanges(lab(), root, variables("all", all))).toEqual(made.sort());
    await lab().mustTerraform(root, "apply", "-input=false", "plan.bin");
    expect(await plannedChanges(lab(), root, variables("all", all))).toEqual([]);
    const policies = { ...FEATURES.policies.on, audit: { policy_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" } };
    expect(await plannedChanges(lab(), root, variables("more", { ...all, policies }))).toEqual([
      'create aws_iam_role_policy_attachment.policies["audit"]',
    ]);
  });

  // Each feature is removed in one of the two plans, and kept in the other.
  test.each([0, 1])("removes features without changing others (%i)", async (half) => {
    const going = Object.entries(FEATURES).filter((_, index) => index % 2 === half);
    const off = Object.fromEntries(going.map(([name]) => [name, {}]));
    const changes = await plannedChanges(lab(), root, variables(`half-${half}`, { ...allOn(), ...off }));
    expect(changes).toEqual(going.flatMap(([, { makes }]) => makes.map((address) => `delete ${address}`)).sort());
  });

  test("removes all features at once, and the role with destroy", async () => {
    expect(api.activations.size).toBe(1);
    await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve");
    expect(api.activations.size).toBe(0);
    expect(await plannedChanges(lab(), root)).toEqual([]);
    await lab().mustTerraform(root, "destroy", "-input=false", "-auto-approve");
    await expect(roleOf("111111111111")).rejects.toMatchObject({ name: "NoSuchEntityException" });
  });

  const arns = (count: number) =>
    Object.fromEntries(
      [...Array(count)].map((_, i) => [`p${i}`, { policy_arn: `arn:aws:iam::111111111111:policy/p${i}` }]),
    );
  const core = { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" };
  const regions =
    "us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 ap-south-1 ap-south-2";

  // Errors in a variable's own value stop a plan before the checks between variables.
  test.each<[string, object, string[]]>([
    [
      "values that no variable accepts",
      {
        cloudwatch_agent: { x: { policy_arn: "CloudWatchAgentServerPolicy" } },
        policies: { x: { policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } },
        s3_buckets: {
          x: { bucket: "example", purpose: "scripts", prefix: "a/../b" },
          y: { bucket: "example", prefix: "", purpose: "archive" },
        },
      },
      [
        'cloudwatch_agent["x"].policy_arn = "CloudWatchAgentServerPolicy" must be the ARN of a managed IAM policy.',
        "must not be AmazonEC2RoleforSSM",
        "must not contain the folders . or ..",
        "must be one of run_command, session_manager, state_manager, inventory, patch_baseline, scripts",
      ],
    ],
    [
      "policies that the role cannot have",
      {
        policies: {
          ...arns(8),
          again: core,
          account: { policy_arn: "arn:aws:iam::222222222222:policy/x" },
          partition: { policy_arn: "arn:aws-cn:iam::aws:policy/x" },
        },
        s3_managed_buckets: {
          "cn-north-1": {},
          ...Object.fromEntries(regions.split(" ").map((region) => [region, { legacy_agent: true }])),
        },
      },
      [
        "must not attach a policy that another entry attaches already",
        "must not attach more policies than managed_policy_quota allows, 10; this role attaches 13",
        'policies["account"] = arn:aws:iam::222222222222:policy/x',
        'policies["partition"] = arn:aws-cn:iam::aws:policy/x',
        "must be a policy of this account or of AWS",
        "must contain only regions of the account's partition",
        "must result in a policy of at most 6,144 characters",
      ],
    ],
  ])("refuses %s in one plan", async (name, values, messages) => {
    const file = variables(`refused-${name.replaceAll(" ", "-")}`, values);
    const { code, output } = await lab().terraform(root, "plan", "-input=false", "-no-color", file);
    expect(code).toBe(1);
    // Terraform wraps its messages, with a bar at the start of each line.
    const told = output.replaceAll(/\n[│\s]*/g, " ");
    for (const message of messages) expect(told).toContain(message);
  });

  test("allows ten policies", async () => {
    expect(await plannedChanges(lab(), root, variables("ten", { policies: arns(9) }))).toHaveLength(12);
  });

  test("refuses credentials of the wrong account before it writes anything", async () => {
    const yaml = account("")
      .replace(/ *deploy_role_arn.*\n/, "")
      .replaceAll("one.tfstate", "wrong.tfstate");
    const wrong = (await synthesize(lab(), "wrong", yaml))("one");
    await lab().mustTerraform(wrong, "init", "-input=false", S3_BY_PATH);
    const before = await stateKeys(lab());
    const { code, output } = await lab().terraform(wrong, "apply", "-input=false", "-auto-approve", "-no-color");
    expect(code).toBe(1);
    expect(output).toContain("AWS account ID not allowed: 123456789012");
    await expect(roleOf("123456789012")).rejects.toMatchObject({ name: "NoSuchEntityException" });
    expect(await stateKeys(lab())).toEqual(before);
  });

  async function roleOf(accountId: string) {
    return (await lab().iam(accountId)).send(new GetRoleCommand({ RoleName: "SSMServiceRole" }));
  }
});

// Newer than Terraform 1.11 and provider 5.100, which both have a list of regions.
describeInLab("regions that Terraform does not know yet", (lab) => {
  test("can be planned for an account and its state", async () => {
    await createStateBucket(lab());
    const state = `{ backend: s3, bucket: ${STATE_BUCKET}, key: new.tfstate, region: ap-east-2 }`;
    const yaml = `accounts:\n  new: { id: "111111111111", region: ap-southeast-6, deploy_role_arn: "arn:aws:iam::111111111111:role/D", state: ${state} }\n`;
    const root = (await synthesize(lab(), "new-region", yaml))("new");
    await lab().mustTerraform(root, "init", "-input=false");
    expect(await plannedChanges(lab(), root)).toContain("create aws_iam_role.this");
  });
});
