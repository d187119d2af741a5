import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { scripts } from "../../package.json";
import { run } from "../../scripts/support/run";

const REPOSITORY = resolve(__dirname, "../..");
/** Each npm script that runs a program of this repository, with the program's file. */
const PROGRAMS = Object.entries(scripts).flatMap(([name, call]) => {
  const [, file] = /^(?:exec node --import tsx|tsx) (\S+\.ts)$/.exec(call) ?? [];
  return file ? [[name, file] as const] : [];
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "help-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program like npm, but without a file of accounts, tools in PATH and AWS credentials. */
function program(file: string, ...args: readonly string[]) {
  const env = {
    PATH: folder,
    ACCOUNTS_FILE: join(folder, "none.yaml"),
    CDKTF_OUTDIR: join(folder, "out"),
    TMPDIR: folder,
  };
  return run(process.execPath, ["--import", "tsx", file, ...args], { cwd: REPOSITORY, env });
}

test("finds the programs", () => {
  expect(PROGRAMS.length).toBeGreaterThan(15);
  for (const file of readdirSync(join(REPOSITORY, "scripts")).filter((name) => name.endsWith(".ts"))) {
    expect(PROGRAMS.map(([, path]) => path)).toContain(`scripts/${file}`);
  }
});

test.each(PROGRAMS)("npm run %s -- --help describes the command, and does nothing else", async (name, file) => {
  const { code, stdout, stderr } = await program(file, "--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name} -- `));
  for (const part of ["Options:", "-h, --help", "Exit codes:\n  0  ", "Examples:\n  npm run "])
    expect(stdout).toContain(part);
  expect(existsSync(join(folder, "out"))).toBe(false);
});

test.each(PROGRAMS.filter(([name]) => ["plan", "runbook", "schema"].includes(name)))(
  "npm run %s refuses an unknown option, and suggests the nearest one",
  async (name, file) => {
    const { code, stdout, stderr } = await program(file, "--hlep");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `error: unknown option '--hlep'\n(Did you mean --help?)\nRun npm run ${name} -- --help for the arguments and options.\n`,
    );
  },
);
