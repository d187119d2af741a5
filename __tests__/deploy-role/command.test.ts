import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findTools } from "../../scripts/support/tools";
import { fileOf, fullAccount } from "../accounts";
import { describeWithTools } from "../e2e/support";

const REPOSITORY = resolve(__dirname, "../..");

describe("npm run deploy-role", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "deploy-role-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function deployRole(file: string, ...args: readonly string[]) {
    const node = ["--import", "tsx", "scripts/deploy-role.ts", ...args];
    const env = { ...process.env, ACCOUNTS_FILE: file };
    return spawnSync(process.execPath, node, { cwd: REPOSITORY, env, encoding: "utf8" });
  }

  test("writes the roles of the specified accounts to a file", () => {
    const output = join(folder, "roles.tf.json");
    const to = ["--format", "terraform", "--output", output];
    expect(deployRole("accounts.yaml", "other-cloud", "--trust", "999999999999", ...to)).toMatchObject({ status: 0 });
    const written = readFileSync(output, "utf8");
    expect(Object.keys(JSON.parse(written).resource)).toEqual(["aws_iam_role", "aws_iam_role_policy"]);
    expect(written).toContain("role/hybrid/SSMServiceRoleOtherCloud");
    expect(written).not.toContain('role/SSMServiceRole"');
  });

  test.each([
    [[], "--trust, --github or --gitlab is required"],
    [["--trust", "12"], "argument '12' is invalid. It must have the form of 999999999999 or arn:aws:iam::"],
    [["--github", "example/roles:ref:refs/heads/main"], "is invalid. It must have the form of owner/repository."],
    [["--gitlab", "group/project"], "is invalid. It must have the form of gitlab.com/group/project."],
    [["--trust", "999999999999", "--format", "yaml"], "Allowed choices are cloudformation, terraform."],
    [["factory-us", "--trust", "999999999999"], "accounts.yaml has no account factory-us."],
  ])("refuses %j", (args, reason) => {
    const { status, stdout, stderr } = deployRole("accounts.yaml", ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(reason);
  });

  describeWithTools("cfn-lint", ["cfn-lint"], () => {
    test.each(["aws", "aws-cn"])("reports nothing for the template, with every feature in %s", (partition) => {
      const region = partition === "aws" ? "eu-central-1" : "cn-north-1";
      const full = fullAccount(partition, region);
      const state = { backend: "s3", bucket: "example-states", kms_key_id: "alias/states" };
      const two = { one: { ...full, state }, two: { ...full, id: "222222222222", state } };
      const file = join(folder, "accounts.json");
      writeFileSync(
        file,
        fileOf(two).replaceAll("111111111111", "{account_id}").replace('"id":"{account_id}"', '"id":"111111111111"'),
      );
      const { status, stdout, stderr } = deployRole(
        file,
        "--trust",
        "999999999999",
        "--github",
        "o/r",
        "--gitlab",
        "gitlab.com/g/p",
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const template = join(folder, "template.json");
      writeFileSync(template, stdout);
      expect(lint(template)).toMatchObject({ status: 0, stdout: "" });
      writeFileSync(template, stdout.replace('"AWS::AccountId"', '"AWS::Account"'));
      expect(lint(template).status).not.toBe(0);
    });

    const lint = (file: string) => spawnSync(findTools("cfn-lint")["cfn-lint"], [file], { encoding: "utf8" });
  });
});
