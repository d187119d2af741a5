import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAccounts } from "../../lib/config/fleet";
import { createPrerequisites, reportRole } from "../../scripts/support/aws";
import { REPOSITORY, S3_BY_PATH } from "../../scripts/support/lab";
import { describeInLab, stateKeys } from "./support";

const EXAMPLE = join(REPOSITORY, "accounts.yaml");
const NO_REGISTRY = ["--skip-provider-lock", "--parallelism", "2"];

describeInLab("cdktf", (lab) => {
  const fleet = parseAccounts(readFileSync(EXAMPLE, "utf8"));

  test("deploys the role of each example account, with its own state, and a second plan is empty", async () => {
    await createPrerequisites(lab(), [...fleet.values()]);
    const output = lab().directory("cdktf.out");
    const all = { accountsFile: EXAMPLE, output };
    const deployed = await lab().cdktf(["deploy", "*", "--auto-approve", ...NO_REGISTRY], all);
    expect(deployed).toMatchObject({ code: 0 });

    expect(await reportRole(lab(), "111111111111", "SSMServiceRole")).toEqual({
      arn: "arn:aws:iam::111111111111:role/SSMServiceRole",
      policyArns: [
        "arn:aws:iam::111111111111:policy/SSMServiceRole-s3-buckets",
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
      ],
    });
    expect(await reportRole(lab(), "222222222222", "SSMServiceRole")).toEqual({
      arn: "arn:aws:iam::222222222222:role/SSMServiceRole",
      policyArns: [
        "arn:aws:iam::222222222222:policy/SSMServiceRole-s3-managed-buckets",
        "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess",
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      ],
    });
    expect(await reportRole(lab(), "333333333333", "SSMServiceRoleOtherCloud")).toEqual({
      arn: "arn:aws:iam::333333333333:role/hybrid/SSMServiceRoleOtherCloud",
      policyArns: [
        "arn:aws:iam::333333333333:policy/my-bucket-policy-name",
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      ],
    });

    for (const [
      account,
      {
        fields: { id },
      },
    ] of fleet) {
      // All locks are released.
      const keys = await stateKeys(lab(), `example-terraform-state-${id}`);
      expect(keys).toEqual([`ssm-hybrid-service-role/${account}.tfstate`]);
      const root = join(output, "stacks", account);
      await lab().mustTerraform(root, "init", "-input=false", S3_BY_PATH);
      expect(await lab().terraform(root, "plan", "-input=false", "-detailed-exitcode")).toMatchObject({ code: 0 });
    }
    const outputs = JSON.parse(await lab().mustTerraform(join(output, "stacks/other-cloud"), "output", "-json"));
    expect(outputs).toMatchObject({
      role_name: { value: "SSMServiceRoleOtherCloud" },
      role_arn: { value: "arn:aws:iam::333333333333:role/hybrid/SSMServiceRoleOtherCloud" },
      role_unique_id: { value: expect.stringMatching(/^AROA/) },
      attached_policy_arns: {
        value: expect.arrayContaining(["arn:aws:iam::333333333333:policy/my-bucket-policy-name"]),
      },
    });
  });

  test("keeps the root modules of the first file while it uses another file of accounts, and restores them", async () => {
    const output = lab().directory("two-fleets/cdktf.out");
    const one = lab().file("one.yaml", 'accounts: { one: { id: "111111111111", region: eu-central-1 } }\n');
    const two = lab().file("two.yaml", 'accounts: { two: { id: "222222222222", region: eu-central-1 } }\n');
    const synth = async (accountsFile: string) =>
      expect(await lab().cdktf(["synth"], { accountsFile, output })).toMatchObject({ code: 0 });
    await synth(one);
    // A local state in the folder of the root module, as state.path can set it.
    const state = join(output, "stacks/one/terraform.tfstate");
    writeFileSync(state, "{}");
    await synth(two);
    expect(readdirSync(join(output, "stacks"))).toEqual(["two"]);
    expect(readdirSync(join(output, "kept/one"))).toEqual([".terraform.lock.hcl", "cdk.tf.json", "terraform.tfstate"]);
    await synth(one);
    expect(readFileSync(state, "utf8")).toBe("{}");
    expect(readdirSync(join(output, "kept"))).toEqual(["two"]);
  });

  test("fails with the errors of invalid input, and keeps the last valid output", async () => {
    const output = lab().directory("cdktf.out");
    const manifest = readFileSync(join(output, "manifest.json"), "utf8");
    const file = lab().file("bad.yaml", 'accounts:\n  one:\n    id: "1"\n    region: eu-central-1\n');
    const { code, output: said } = await lab().cdktf(["synth"], { accountsFile: file, output });
    expect(code).toBe(1);
    expect(said).toContain("bad.yaml:3:9");
    expect(readFileSync(join(output, "manifest.json"), "utf8")).toBe(manifest);
  });
});
