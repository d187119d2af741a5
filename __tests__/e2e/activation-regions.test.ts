import { writeFileSync } from "node:fs";
import type { Account } from "../../lib/config/account";
import { readAccounts } from "../../lib/config/fleet";
import { fixFor } from "../../scripts/support/fixes";
import { fileOf, inTerraform } from "../accounts";
import { SsmApi } from "./ssm-api";
import { describeInLab, plannedChanges, synthesize } from "./support";

const ALIASES = ["eu-west-1", "us-east-1"];

function file(activations: object): string {
  const deploy_role_arn = "arn:aws:iam::{account_id}:role/TerraformDeploy";
  return fileOf({ a: { id: "111111111111", region: "eu-central-1", deploy_role_arn, activations } });
}

describeInLab("activations in several regions", (lab) => {
  let api: SsmApi;
  let root: string;
  const terraform = (...args: readonly string[]) => lab().mustTerraform(root, ...args, "-input=false", "-no-color");

  /**
   * Writes the root module of a file, with the tests' server instead of Systems Manager in each of the file's regions.
   */
  async function write(
    activations: Readonly<Record<string, { region?: string; [field: string]: unknown }>>,
  ): Promise<void> {
    root = (await synthesize(lab(), "regions", file(activations)))("a");
    const regions = ALIASES.filter((alias) => Object.values(activations).some(({ region }) => region === alias));
    const endpoints = [{ ssm: api.endpoint }];
    const aws = [{ endpoints }, ...regions.map((alias) => ({ alias, endpoints }))];
    writeFileSync(`${root}/ssm_override.tf.json`, JSON.stringify({ provider: { aws } }));
    await terraform("init");
  }

  const places = () =>
    [...api.activations.values()].map(({ region, description }) => `${description} in ${region}`).sort();

  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
  });
  afterAll(() => api?.stop());

  test("are each created in their region, all with one role, and the second plan is empty", async () => {
    await write({ own: { description: "own" }, west: { region: "eu-west-1", description: "west" } });
    await terraform("apply", "-auto-approve");
    expect(places()).toEqual(["own in eu-central-1", "west in eu-west-1"]);
    expect(new Set([...api.activations.values()].map(({ role }) => role))).toEqual(new Set(["SSMServiceRole"]));
    await terraform("plan", "-detailed-exitcode");
    const ids = JSON.parse(await lab().mustTerraform(root, "output", "-json", "activation_ids"));
    const codes = JSON.parse(await lab().mustTerraform(root, "output", "-json", "activation_codes"));
    for (const { id, code, description } of api.activations.values()) {
      expect([ids[description as string], codes[description as string]]).toEqual([id, code]);
    }
  });

  test("can be added by a pipeline only in regions that have a provider", async () => {
    const variables = (region: string) => {
      const entries = {
        own: { description: "own" },
        west: { region: "eu-west-1", description: "west" },
        more: { region },
      };
      return `-var-file=${lab().file("more.tfvars.json", JSON.stringify(inTerraform({ activations: entries })))}`;
    };
    expect(await plannedChanges(lab(), root, variables("eu-west-1"))).toEqual([
      'create aws_ssm_activation.activations_eu-west-1["more"]',
      'create terraform_data.activations["more"]',
    ]);
    expect(await plannedChanges(lab(), root, variables("eu-central-1"))).toEqual([
      'create aws_ssm_activation.activations["more"]',
      'create terraform_data.activations["more"]',
    ]);
    const { code, output } = await lab().terraform(root, "plan", "-input=false", "-no-color", variables("us-east-1"));
    expect(code).toBe(1);
    expect(output.replaceAll(/\s+/g, " ")).toContain("that has a provider: eu-central-1, eu-west-1.");
  });

  test("move to another region without a change of the others", async () => {
    const before = [...api.activations.values()].find(({ description }) => description === "own")?.id;
    await write({
      own: { description: "own" },
      west: { region: "us-east-1", description: "west" },
      kept: { region: "eu-west-1", by_runbook: true },
    });
    await terraform("apply", "-auto-approve");
    expect(places()).toEqual(["own in eu-central-1", "west in us-east-1"]);
    expect([...api.activations.values()].find(({ description }) => description === "own")?.id).toBe(before);
    await terraform("plan", "-detailed-exitcode");
  });

  test("need the provider of a region until its last activation is deleted, and the fix in the failed plan works", async () => {
    await write({ own: { description: "own" } });
    const { code, output } = await lab().terraform(root, "plan", "-input=false", "-no-color");
    expect(code).toBe(1);
    const account = readAccounts(lab().file("regions.yaml", file({}))).get("a") as Account;
    expect(fixFor({ text: output, errors: [] } as never, root, account, lab().engine)).toBe(
      "The last activations of us-east-1 were removed from the file (west). Terraform needs the provider of the region to " +
        "delete them. Restore them with by_runbook: true and deploy, which deletes them. Then remove them from the file.",
    );
    await write({ own: { description: "own" }, west: { region: "us-east-1", by_runbook: true } });
    await terraform("apply", "-auto-approve");
    expect(places()).toEqual(["own in eu-central-1"]);
    await write({ own: { description: "own" } });
    await terraform("plan", "-detailed-exitcode");
    await terraform("destroy", "-auto-approve");
    expect(places()).toEqual([]);
  });
});
