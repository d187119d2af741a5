import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SsmApi } from "./ssm-api";
import { describeInLab, programs } from "./support";

const accounts = (limit: number) => `
accounts:
  a:
    id: "111111111111"
    region: eu-central-1
    deploy_role_arn: arn:aws:iam::111111111111:role/TerraformDeploy
    activations: { line: { registration_limit: ${limit} } }
`;

describeInLab("activation codes", (lab) => {
  let api: SsmApi;
  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
  });
  afterAll(() => api?.stop());

  const state = () => join(lab().folder, "secrets/terraform.a.tfstate");
  const root = () => join(lab().folder, "secrets/cdktf.out/stacks/a");
  async function deploy(yaml: string, script = "deploy", args = ["--yes"]) {
    return lab().program(
      `scripts/${script}.ts`,
      {
        ACCOUNTS_FILE: lab().file("secrets/accounts.yaml", yaml),
        CDKTF_OUTDIR: lab().directory("secrets/cdktf.out"),
        AWS_ENDPOINT_URL_SSM: api.endpoint,
        TF_LOG: "trace",
        TF_LOG_PATH: join(lab().folder, "secrets/terraform.log"),
      },
      args,
    );
  }
  /**
   * Logs that users or a log collector may read. They exclude the state and the saved plan, which only the owner can
   * read.
   */
  const logs = () =>
    readdirSync(root())
      .filter((name) => name.endsWith(".log"))
      .map((name) => readFileSync(join(root(), name), "utf8"))
      .join("\n");

  test(
    "are in no output and no log, at TF_LOG=trace, when they are created, replaced and destroyed",
    async () => {
      const made = await deploy(accounts(1));
      expect(made.code).toBe(0);
      const [first] = [...api.activations.values()].map(({ code }) => code);
      expect(readFileSync(state(), "utf8")).toContain(first);
      // The log contains the request, but not the response.
      expect(logs()).toMatch(/CreateActivation/);
      expect(made.output + logs()).not.toContain(first);

      const plan = await deploy(accounts(2), "plan", []);
      expect(plan.stdout).toMatch(/replace aws_ssm_activation\.activations\["line"\]/);
      expect(plan.output + logs()).not.toContain(first);
      const json = await deploy(accounts(2), "plan", ["--json"]);
      expect(json.output).not.toContain(first);
      expect((await deploy(accounts(2))).code).toBe(0);
      const codes = [first, ...[...api.activations.values()].map(({ code }) => code)];
      expect(codes).toHaveLength(2);

      const gone = await deploy(accounts(1).replace(/activations:.*/, ""));
      expect(gone.code).toBe(0);
      for (const code of codes) expect(plan.output + gone.output + logs()).not.toContain(code);
      expect(existsSync(join(lab().folder, "secrets/terraform.log"))).toBe(false);
    },
    programs(30),
  );

  test("are only in files with mode 0600, even if the state had another mode", async () => {
    chmodSync(state(), 0o644);
    expect((await deploy(accounts(1), "plan", [])).code).toBe(0);
    const files = [state(), ...["plan.tfplan", "plan.log", "deploy.log"].map((name) => join(root(), name))];
    for (const file of files) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
  });
});
