import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FULL } from "../full";
import { oneAccount } from "../support";

const folder = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program like a user. Each run takes most of a second. */
function run(text: string | Buffer) {
  const file = join(folder, "accounts.yaml");
  writeFileSync(file, text);
  const env = { ...process.env, CDKTF_OUTDIR: join(folder, "out"), ACCOUNTS_FILE: file };
  return spawnSync(process.execPath, ["--import", "tsx", "main.ts"], { encoding: "utf8", env });
}

/** Returns every file of the output, with its contents. */
function written(): readonly string[] {
  const entries = readdirSync(join(folder, "out"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.sort().map((path) => `${path}\n${readFileSync(path, "utf8")}`);
}

test("refused input leaves the output unchanged, and no other files", () => {
  expect(run(oneAccount())).toMatchObject({ status: 0, stderr: "" });
  const before = written();
  const refused: readonly (string | Buffer)[] = [
    // No valid account may be written before an invalid one is found.
    `${oneAccount()}  ../../evil: { id: "222222222222", region: eu-central-1 }\n`,
    oneAccount("role: { description: '${file(\"/etc/passwd\")}' }"),
    Buffer.from([0xff, 0xfe, 0x00, 0x61, 0x80]),
    "[".repeat(1_000_000),
    "#".repeat(10_000_001),
    'a: &a ["x"]\nb: &b [*a, *a]\naccounts: !!js/function "function () {}"\n__proto__: { polluted: true }\n',
  ];
  for (const text of FULL ? refused : refused.slice(0, 1)) {
    const { status, stdout, stderr } = run(text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/errors?(, [0-9]+ of them not shown)?; nothing was written\.\n$/);
    expect(stderr).not.toContain("    at ");
    expect(written()).toEqual(before);
  }
  expect(readdirSync(folder).sort()).toEqual(["accounts.yaml", "out"]);
});
