import { writeFileSync } from "node:fs";
import type { Account } from "../../lib/config/account";
import { readAccounts } from "../../lib/config/fleet";
import { fixFor } from "../../scripts/support/fixes";
import { fileOf, inTerraform } from "../accounts";
import { SsmApi } from "./ssm-api";
import { describeInLab, programs, synthesize } from "./support";

const ID = "111111111111";
const ADVANCED = { tier: "advanced" };
const BOTH = { "eu-central-1": ADVANCED, "eu-west-1": ADVANCED };

function file(instance_tier: object): string {
  const deploy_role_arn = "arn:aws:iam::{account_id}:role/TerraformDeploy";
  return fileOf({ a: { id: ID, region: "eu-central-1", deploy_role_arn, instance_tier } });
}

describeInLab("the instance tier", (lab) => {
  let api: SsmApi;
  let root: string;
  const options = ["-input=false", "-no-color"];
  const terraform = (...args: readonly string[]) => lab().mustTerraform(root, ...args, ...options);
  const refused = async (...args: readonly string[]) => {
    const { code, output } = await lab().terraform(root, ...args, ...options);
    expect(code).toBe(1);
    return output;
  };
  const oneLine = (text: string) => text.replaceAll(/\s*\n[│╷╵\s]*/g, " ");

  /** Returns the text that our plan adds to Terraform's output. */
  function advice(said: string): string | undefined {
    const account = readAccounts(lab().file("tier.yaml", file({}))).get("a") as Account;
    return fixFor({ text: said, errors: [] } as never, root, account, lab().engine);
  }

  /** Runs the command in the text, which begins with `terraform -chdir=<root>`. */
  async function paste(said: string | undefined): Promise<void> {
    const [, args = ""] = /^ {2}\S+ -chdir=\S+ (state rm '.*')$/m.exec(said ?? "") ?? [];
    const [, address = ""] = /^state rm '(.*)'$/.exec(args) ?? [];
    await lab().mustTerraform(root, "state", "rm", address);
  }

  async function write(tiers: Readonly<Record<string, object>>): Promise<void> {
    root = (await synthesize(lab(), "tier", file(tiers)))("a");
    const endpoints = [{ ssm: api.endpoint }];
    const aws = [{ endpoints }, ...("eu-west-1" in tiers ? [{ alias: "eu-west-1", endpoints }] : [])];
    writeFileSync(`${root}/ssm_override.tf.json`, JSON.stringify({ provider: { aws } }));
    await lab().mustTerraform(root, "init", "-input=false");
  }

  const tiers = () => Object.fromEntries(api.tiers);

  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
  });
  afterAll(() => api?.stop());

  test("is set in each region, the plan warns about the cost, and the second plan is empty", async () => {
    await write(BOTH);
    const plan = await terraform("plan");
    expect(plan).toContain("AWS charges for each machine outside AWS in the advanced-instances tier");
    const env = { ACCOUNTS_FILE: lab().file("tier.yaml", file(BOTH)), CDKTF_OUTDIR: lab().directory("tier-plan") };
    const ours = await lab().program("scripts/plan.ts", env);
    expect(ours).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Warnings:\n {2}a:\n {6}AWS charges for each/),
    });
    await terraform("apply", "-auto-approve");
    expect(tiers()).toEqual({ [`${ID}/eu-central-1`]: "advanced", [`${ID}/eu-west-1`]: "advanced" });
    await terraform("plan", "-detailed-exitcode");
  });

  test("cannot be set by a pipeline in a region without a provider", async () => {
    const values = inTerraform({ instance_tier: { ...BOTH, "us-east-1": ADVANCED } });
    const output = await refused("plan", `-var-file=${lab().file("tier.tfvars.json", JSON.stringify(values))}`);
    expect(oneLine(output)).toContain("instance_tier: there is no provider for us-east-1.");
  });

  test("is not reset by destroy, which fails and destroys nothing", async () => {
    const output = await refused("destroy", "-auto-approve");
    expect(output).toContain("Instance cannot be destroyed");
    expect(Object.keys(tiers())).toHaveLength(2);
    await terraform("plan", "-detailed-exitcode");
  });

  test(
    "fails the plan if its entry is removed from the file, and the printed command fixes it",
    async () => {
      await write({ "eu-west-1": ADVANCED });
      const own = advice(await refused("plan"));
      expect(own).toContain("The instance tier of eu-central-1 was removed from the file.");
      expect(own).toContain(
        "reset-service-setting --setting-id /ssm/managed-instance/activation-tier --region eu-central-1",
      );
      await paste(own);
      // The warning about the cost disappears with the entry.
      await terraform("apply", "-auto-approve");
      await terraform("plan", "-detailed-exitcode");
      await write({});
      const other = advice(await refused("plan"));
      expect(other).toContain("The instance tier of eu-west-1 was removed from the file.");
      await paste(other);
      await terraform("apply", "-auto-approve");
      await terraform("plan", "-detailed-exitcode");
      await terraform("destroy", "-auto-approve");
      expect(Object.keys(tiers())).toHaveLength(2);
      expect(api.calls.filter((call) => call.startsWith("Reset"))).toEqual([]);
    },
    programs(20),
  );
});
