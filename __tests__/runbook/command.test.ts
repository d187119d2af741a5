import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, run } from "../../scripts/support/run";

const REPOSITORY = join(__dirname, "../..");

/** Runs the command of `npm run runbook` with the example file. */
function runbook(...args: readonly string[]): Promise<Finished> {
  return runbookIn({}, ...args);
}

function runbookIn(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
  const env = { PATH: process.env.PATH ?? "", ACCOUNTS_FILE: "accounts.yaml", ...variables };
  return run(process.execPath, ["--import", "tsx", "scripts/runbook.ts", ...args], { cwd: REPOSITORY, env });
}

test("prints the script for the AWS CLI by default", async () => {
  const [one, two] = await Promise.all([
    runbook("--account", "factory-eu"),
    runbook("--account", "factory-eu", "--shell", "powershell"),
  ]);
  expect(one).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^#!\/bin\/sh\n/) });
  expect(two).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("New-IAMRole -RoleName") });
});

test("prints the script of one activation, and refuses one that the account does not have", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-"));
  try {
    const file = { ACCOUNTS_FILE: join(folder, "accounts.yaml") };
    const a = { id: "111111111111", region: "eu-central-1", activations: { fleet: {} } };
    writeFileSync(file.ACCOUNTS_FILE, JSON.stringify({ accounts: { a } }));
    const [known, unknown] = await Promise.all([
      runbookIn(file, "--account", "a", "--activation", "fleet", "--shell", "powershell"),
      runbookIn(file, "--account", "a", "--activation", "flet"),
    ]);
    expect(known).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("New-SSMActivation -IamRole") });
    expect(unknown).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Did you mean fleet?") });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("prints the script of a renewal, and reports a missing option", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-"));
  try {
    const file = { ACCOUNTS_FILE: join(folder, "accounts.yaml") };
    const activations = { fleet: { by_runbook: true, expires_in_days: 30 } };
    const a = { id: "111111111111", region: "eu-central-1", activations };
    writeFileSync(file.ACCOUNTS_FILE, JSON.stringify({ accounts: { a } }));
    const args = ["--account", "a", "--activation", "fleet", "--renew-if", "expired,7d"];
    const [both, one] = await Promise.all([
      runbookIn(file, ...args, "--deliver", "secretsmanager:fleet"),
      runbookIn(file, ...args),
    ]);
    expect(both).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("put-secret-value") });
    expect(one).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("is required with --renew-if.") });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("warns if npm writes its own lines above a script that goes to a file", async () => {
  const npm = { npm_lifecycle_event: "runbook", npm_config_loglevel: "notice" };
  const { code, stderr } = await runbookIn(npm, "--account", "factory-eu");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("--output <file>") });
});

test.each([
  [["--account", "factory-us"], 'accounts.yaml has no account "factory-us". Did you mean factory-eu?\n'],
  [["--account", "x"], 'accounts.yaml has no account "x". Its accounts are factory-eu, datacentre-us, other-cloud.\n'],
  [
    ["--account", "factory-eu", "--shell", "pwershell"],
    expect.stringContaining("argument 'pwershell' is invalid. Allowed choices are aws-cli, powershell."),
  ],
  [[], expect.stringMatching(/^error: required: --account <name>\n/)],
  [
    ["--account", "--activation", "x"],
    expect.stringMatching(/^error: option '--account <name>' argument missing before --activation\n/),
  ],
  [["--acount", "x"], expect.stringContaining("(Did you mean --account?)")],
  [
    ["--account", "factory-eu", "--renew-if", "full"],
    expect.stringMatching(/^--renew-if and --deliver need --activation/),
  ],
  [["--account", "factory-eu", "--deliver", "secretsmanager:a"], expect.stringMatching(/need --activation/)],
])("reports an error for %j, and prints nothing else", async (args, stderr) => {
  expect(await runbook(...args)).toMatchObject({ code: 1, stdout: "", stderr });
});
