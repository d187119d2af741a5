import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("npm run doctor", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function doctor(...args: readonly string[]) {
    const accounts = ["one", "two"].map(
      (name, n) => `  ${name}: { id: "${`${n + 1}`.repeat(12)}", region: eu-central-1 }\n`,
    );
    const file = join(folder, "accounts.yaml");
    writeFileSync(file, `accounts:\n${accounts.join("")}`);
    const terraform = join(folder, "terraform");
    writeFileSync(terraform, '#!/bin/sh\necho \'{ "terraform_version": "1.2.3" }\'\n');
    chmodSync(terraform, 0o755);
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      ACCOUNTS_FILE: file,
      TERRAFORM_BINARY_NAME: terraform,
      // Credentials of a virtual machine that runs the tests.
      AWS_EC2_METADATA_DISABLED: "true",
    };
    return spawnSync(process.execPath, ["--import", "tsx", "scripts/doctor.ts", ...args], { env, encoding: "utf8" });
  }

  test("without credentials it says how to get them, once for all accounts", () => {
    const { status, stdout } = doctor();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ {2}one, two:\n +There are no AWS credentials.+aws sso login.+$/m);
  });

  test("it tells the versions of Node, the engine and the provider", () => {
    const { stdout } = doctor("one");
    expect(stdout).toMatch(
      /^Node\.js \d+\.\d+\.\d+ \(needs >=20\.9\)\nTerraform 1\.2\.3 at .+\/terraform \(needs >= 1\.10\)\n/,
    );
    expect(stdout).toMatch(/hashicorp\/aws \d+\.\d+\.\d+, as \.terraform\.lock\.hcl says/);
    expect(stdout).not.toContain("two:");
  });
});
