import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, run } from "../../scripts/support/run";

const REPOSITORY = join(__dirname, "../..");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "machine-"));
  const a = { id: "111111111111", region: "eu-central-1", activations: { fleet: {} } };
  writeFileSync(join(folder, "accounts.yaml"), JSON.stringify({ accounts: { a } }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command of `npm run machine`. */
function machine(...args: readonly string[]): Promise<Finished> {
  const env = { PATH: process.env.PATH ?? "", ACCOUNTS_FILE: join(folder, "accounts.yaml") };
  return run(process.execPath, ["--import", "tsx", "scripts/machine.ts", ...args], { cwd: REPOSITORY, env });
}

const LINUX = ["--account", "a", "--activation", "fleet", "--os", "linux"];

test("prints the script, or writes it to a file", async () => {
  const file = join(folder, "machine.sh");
  const [printed, written] = await Promise.all([machine(...LINUX), machine(...LINUX, "--output", file)]);
  expect(printed).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^#!\/bin\/sh\n/) });
  expect(written).toMatchObject({ code: 0, stdout: "", stderr: `Written: ${file}\n` });
  expect(readFileSync(file, "utf8").trimEnd()).toBe(printed.stdout.trimEnd());
});

test.each([
  [["--account", "a"], /^error: required: --activation <label>, --os <os>\nRun npm run machine -- --help/],
  [["--account", "b", ...LINUX.slice(2)], /has no account "b"\. Did you mean a\?\n$/],
  [["--account", "a", "--activation", "flet", "--os", "linux"], /Did you mean fleet\?/],
  [
    [...LINUX.slice(0, 4), "--os", "window"],
    /^error: option '--os <os>' argument 'window' is invalid. Allowed choices are linux, windows\.\n/,
  ],
  [[...LINUX, "--proxy", "proxy:3128"], /^--proxy "proxy:3128" must be the URL of a proxy, for example http:/],
  [[...LINUX, "--proxy", "http://p:1/$(id)"], /must be the URL of a proxy/],
])("reports an error for %j, and prints nothing else", async (args, stderr) => {
  expect(await machine(...args)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(stderr) });
});

test("refuses a proxy's password, and does not repeat it", async () => {
  const { code, output } = await machine(...LINUX, "--proxy", "http://user:s3cret@proxy:3128");
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("set https_proxy in the environment") });
  expect(output).not.toContain("s3cret");
});
