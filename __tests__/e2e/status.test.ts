import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Activation, type Machine, SsmApi } from "./ssm-api";
import { describeInLab, synthesize } from "./support";

const ID = "111111111111";
const PLACE = { account: ID, region: "eu-central-1" };
const WEST = { account: ID, region: "eu-west-1" };
const DAY = 24 * 60 * 60 * 1000;
const FLEET = JSON.stringify({
  accounts: {
    one: {
      id: ID,
      region: "eu-central-1",
      deploy_role_arn: "arn:aws:iam::{account_id}:role/TerraformDeploy",
      role: { path: "/hybrid/" },
      activations: {
        line: { expires_in_days: 20, registration_limit: 20 },
        west: { region: "eu-west-1" },
        hand: { by_runbook: true, description: "by hand", registration_limit: 3 },
      },
    },
    // Its state was never written.
    two: {
      id: "222222222222",
      region: "eu-central-1",
      deploy_role_arn: "arn:aws:iam::{account_id}:role/TerraformDeploy",
    },
  },
});

describeInLab("npm run status", (lab) => {
  let api: SsmApi;
  const label = (description: string | undefined, region: string) =>
    [...api.activations.values()].find((one) => one.description === description && one.region === region) as Activation;

  function status(...args: readonly string[]) {
    const file = lab().file("status/accounts.yaml", FLEET);
    const outdir = join(lab().folder, "status/cdktf.out");
    return lab().program(
      "scripts/status.ts",
      { ACCOUNTS_FILE: file, CDKTF_OUTDIR: outdir, AWS_ENDPOINT_URL_SSM: api.endpoint },
      args,
    );
  }

  const machine = (n: number, more: Partial<Machine> = {}) => {
    const id = `mi-${String(n).padStart(17, "0")}`;
    const usual = {
      role: "hybrid/SSMServiceRole",
      pingStatus: "Online",
      agentVersion: "3.3.1611.0",
      activation: "",
    } as const;
    api.machines.set(id, { id, ...PLACE, ...usual, ...more });
  };

  /** Adds an activation that others created with the role. */
  const activation = (id: string, more: Partial<Activation> = {}) => {
    const usual = {
      code: "none",
      role: "hybrid/SSMServiceRole",
      description: "",
      instanceName: "",
      limit: 1,
      registrations: 0,
      tags: {},
    };
    const dates = { created: Date.now(), expires: Date.now() + 20 * DAY };
    api.activations.set(id, { id, ...PLACE, ...usual, ...dates, ...more } as Activation);
  };

  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
    const root = (await synthesize(lab(), "status", FLEET))("one");
    const endpoints = [{ ssm: api.endpoint }];
    const override = { provider: { aws: [{ endpoints }, { alias: "eu-west-1", endpoints }] } };
    lab().file("status/cdktf.out/stacks/one/ssm_override.tf.json", JSON.stringify(override));
    await lab().mustTerraform(root, "init", "-input=false");
    await lab().mustTerraform(root, "apply", "-input=false", "-auto-approve", "-no-color");
  });
  afterAll(() => api?.stop());

  test("shows machines by role, activations with their labels in the state, and the tier, and changes nothing", async () => {
    for (let n = 0; n < 60; n++) machine(n, n < 3 ? { agentVersion: "3.2.0.0", pingStatus: "ConnectionLost" } : {});
    machine(60, { pingStatus: "Inactive", role: "SSMServiceRole" });
    machine(61, { role: "service-role/Other" });
    machine(62, { ...WEST });
    machine(63, { account: "333333333333" });
    api.tiers.set(`${ID}/eu-west-1`, "advanced");
    const line = label("", "eu-central-1") ?? label(undefined, "eu-central-1");
    api.activations.set(line.id, { ...line, registrations: 18 });
    activation("11111111-1111-4111-8111-111111111111", { description: "by hand", limit: 3 });
    activation("22222222-2222-4222-8222-222222222222", { role: "Other" });
    activation("33333333-3333-4333-8333-333333333333", { expires: Date.now() - DAY });
    const before = [...api.calls];
    const { code, stdout, stderr } = await status();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "account  region        tier      machines  online  lost  inactive  agent versions",
      "one      eu-central-1  standard        61      57     3         1  3.3.1611.0 (58), 3.2.0.0 (3)",
      "one      eu-west-1     advanced         1       1     0         0  3.3.1611.0 (1)",
      "two      eu-central-1  standard         0       0     0         0",
      "",
    ]);
    expect(stdout).toContain("Machines with other roles:\n  one, eu-central-1: 1 with Other\n");
    expect(stdout).toMatch(
      new RegExp(`^one +eu-central-1 +line +${line.id} +18 of 20 +20\\S+Z, in (19|20) days$`, "m"),
    );
    expect(stdout).toMatch(/^one +eu-central-1 +hand \(by runbook\) +11111111-\S+ +0 of 3 +\S+Z, in \d+ days$/m);
    expect(stdout).toMatch(/^one +eu-west-1 +west +\S+ +0 of 1 +\S+Z, in \d+ hours$/m);
    expect(stdout).not.toContain("22222222-");
    expect(stdout).toContain("1 expired activation, which --json lists.");
    expect(api.calls).toEqual(before);
    for (const { code: secret } of api.activations.values()) expect(stdout).not.toContain(secret);
  });

  test("lists each machine and each activation with --json", async () => {
    const { code, stdout } = await status("one", "--json");
    expect(code).toBe(0);
    const { accounts } = JSON.parse(stdout);
    expect(accounts).toHaveLength(1);
    const [{ regions, ...account }] = accounts;
    expect(account).toEqual({ account: "one", role: "SSMServiceRole" });
    expect(regions[0].machines).toHaveLength(61);
    expect(regions[0].machines[0]).toEqual({
      id: "mi-00000000000000000",
      name: "mi-00000000000000000.example.com",
      role: "SSMServiceRole",
      pingStatus: "ConnectionLost",
      lastPing: "2026-11-27T00:00:00.000Z",
      agentVersion: "3.2.0.0",
      platform: "Debian GNU/Linux 12",
      activation: "",
    });
    expect(regions[0].otherMachines).toEqual({ Other: 1 });
    const sources = regions[0].activations.map(({ label: name, source, expired }: Record<string, unknown>) => [
      name,
      source,
      expired,
    ]);
    expect(sources).toEqual([
      ["line", "state", false],
      ["hand", "runbook", false],
      [undefined, "unknown", true],
    ]);
  });

  test("exits with another code with --fail-on, and lists each activation", async () => {
    const west = label("", "eu-west-1") ?? label(undefined, "eu-west-1");
    expect(await status("--fail-on", "full,orphan")).toMatchObject({ code: 0 });
    expect(await status("one", "--fail-on", "expiring=7d")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^\none: the activation west in eu-west-1 expires in 2[34] hours\.\n$/),
    });
    api.activations.set(west.id, { ...west, registrations: 1 });
    activation("44444444-4444-4444-8444-444444444444");
    const { code, stderr } = await status("--fail-on", "expiring=7d,full,orphan");
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toEqual([
      "one: the activation 44444444-4444-4444-8444-444444444444 in eu-central-1 is in no state and matches no entry with by_runbook. " +
        "To delete it: aws ssm delete-activation --region eu-central-1 --activation-id 44444444-4444-4444-8444-444444444444",
      "one: the activation west in eu-west-1 is full: 1 of 1 machines are registered.",
    ]);
  });

  test("reports a missing permission as an error of its account, with the command whose roles allow it", async () => {
    api.denied.add("DescribeInstanceInformation");
    const { code, stdout } = await status("two");
    api.denied.clear();
    expect(code).toBe(1);
    expect(stdout).toContain("failed (1):\n  two:\n");
    expect(stdout).toContain("not authorized to perform: ssm:DescribeInstanceInformation");
    expect(stdout).toContain("The roles of npm run deploy-role allow it");
  });

  test("reports a state that cannot be read as an error of its account, and none of its activations as orphans", async () => {
    const state = lab().file("status/terraform.one.tfstate", "no state");
    const { code, stdout, stderr } = await status("one", "--fail-on", "orphan");
    rmSync(state);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/^failed \(1\):\n {2}one:\n {6}The state cannot be read:/);
  });

  test("refuses a variable with which Terraform would read another state", async () => {
    const env = { ACCOUNTS_FILE: lab().file("status/accounts.yaml", FLEET), TF_WORKSPACE: "x" };
    const { code, stdout, stderr } = await lab().program("scripts/status.ts", env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("TF_WORKSPACE is set in the environment");
  });

  test.each([
    [["--fail-on", "expiring"], "Use expiring with a number of days, for example expiring=7d."],
    [["--fail-on", "ful"], "ful is not a condition. Did you mean full?"],
    [["--fail-on", "old"], "Use a comma-separated list of expiring=<days>d, full and orphan"],
    [["thre"], "has no account thre."],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await status(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });
});
