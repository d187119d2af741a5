import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

const folder = mkdtempSync(join(tmpdir(), "main-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program like a user. Each run takes most of a second. */
function run(outdir: string, accounts = "accounts.yaml") {
  const env = { ...process.env, CDKTF_OUTDIR: join(folder, outdir), ACCOUNTS_FILE: accounts };
  return spawnSync(process.execPath, ["--import", "tsx", "main.ts"], { encoding: "utf8", env });
}

/** Returns every file of an output folder, by its path in the folder. */
function filesOf(outdir: string): Record<string, string> {
  const root = join(folder, outdir);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

test("each account gets a root module, with the same bytes on every run and every machine", () => {
  expect(run("one")).toMatchObject({ status: 0, stderr: "" });
  expect(run("two", resolve("accounts.yaml"))).toMatchObject({ status: 0, stderr: "" });
  const files = filesOf("one");
  expect(Object.keys(files)).toEqual([
    "manifest.json",
    "stacks/datacentre-us/.terraform.lock.hcl",
    "stacks/datacentre-us/cdk.tf.json",
    "stacks/factory-eu/.terraform.lock.hcl",
    "stacks/factory-eu/cdk.tf.json",
    "stacks/other-cloud/.terraform.lock.hcl",
    "stacks/other-cloud/cdk.tf.json",
  ]);
  expect(filesOf("two")).toEqual(files);
  const all = Object.values(files).join("\n");
  expect(all).not.toContain(process.cwd());
  expect(all).not.toContain(folder);
  expect(all).not.toMatch(/stackTrace/i);
  expect(all).not.toContain("TfToken");
});

test("two simultaneous syntheses in one folder do not affect each other", async () => {
  const env = { ...process.env, CDKTF_OUTDIR: join(folder, "twice"), ACCOUNTS_FILE: "accounts.yaml" };
  const started = [0, 1, 2].map(async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "main.ts"], { env, stdio: ["ignore", "ignore", "pipe"] });
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { status, stderr };
  });
  expect(await Promise.all(started)).toEqual(started.map(() => ({ status: 0, stderr: "" })));
  expect(filesOf("twice")).toEqual(filesOf("one"));
});

test("invalid input is reported with its place, rule and fix, and leaves the output of an earlier run unchanged", () => {
  const before = filesOf("one");
  const accounts = join(folder, "bad.yaml");
  writeFileSync(accounts, 'accounts:\n  a:\n    id: "1"\n    region: eu-central-1\n');
  const { status, stdout, stderr } = run("one", accounts);
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe(
    [
      `${accounts}:3:9  account "a"  id = "1"`,
      "    must be the 12 digits of an AWS account id. [account_id]",
      '    Write all twelve digits in quotes, for example "012345678901". See https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html',
      "",
      "1 error; nothing was written.",
      "",
    ].join("\n"),
  );
  expect(stderr).not.toContain("    at ");
  expect(filesOf("one")).toEqual(before);
});

test("writes nothing if the file is missing", () => {
  const missing = join(folder, "none.yaml");
  const { status, stderr } = run("never", missing);
  expect(status).toBe(1);
  expect(stderr).toContain(`${missing}  file\n    must be a readable file (ENOENT). [file]\n`);
  expect(stderr).not.toContain("    at ");
  expect(() => filesOf("never")).toThrow("ENOENT");
});
