import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const REPOSITORY = resolve(__dirname, "../..");
const account = (name: string, id: string, more = "") =>
  `  ${name}:\n    id: "${id}"\n    region: eu-central-1\n    state: { backend: local }\n${more}`;
const A = account("a", "111111111111");
const B = account("b", "222222222222");

describe("npm run matrix", () => {
  let project: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: project,
      encoding: "utf8",
    });
  const commit = () => {
    git("add", "-A");
    git("commit", "--quiet", "-m", "x");
  };
  const write = (yaml: string) => writeFileSync(join(project, "accounts.yaml"), `accounts:\n${yaml}`);
  const matrix = (...args: string[]) => {
    const env = { ...process.env, ACCOUNTS_FILE: "", CDKTF_OUTDIR: "" };
    const options = { cwd: project, encoding: "utf8", env } as const;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "scripts/matrix.ts", ...args],
      options,
    );
    const accounts =
      status === 0 ? JSON.parse(stdout).include.map((job: { account: string }) => job.account) : undefined;
    return { status, accounts, stdout, stderr };
  };

  beforeAll(() => {
    const repository = mkdtempSync(join(tmpdir(), "matrix-test-"));
    project = join(repository, "in/a folder");
    mkdirSync(project, { recursive: true });
    for (const name of ["main.ts", "lib", "scripts", "package.json", "package-lock.json", "tsconfig.json"]) {
      cpSync(join(REPOSITORY, name), join(project, name), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, ".gitignore"), "node_modules\ncdktf.out\n");
    execFileSync("git", ["init", "--quiet", "-b", "main"], { cwd: repository });
    write(A + B);
    commit();
  });
  afterAll(() => rmSync(resolve(project, "../.."), { recursive: true }));
  afterEach(() => {
    git("checkout", "--quiet", "main", ".");
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  });

  test("lists all accounts on one line without --base", () => {
    const { accounts, stdout } = matrix();
    expect(accounts).toEqual(["a", "b"]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  test.each([
    ["the ID of zeros of a first push", "0".repeat(40)],
    ["a missing commit", "1234567890abcdef1234567890abcdef12345678"],
  ])("lists all accounts and prints the reason if --base is %s", (_, base) => {
    const { accounts, stderr } = matrix("--base", base);
    expect(accounts).toEqual(["a", "b"]);
    expect(stderr).toContain(`--base ${base} is not a commit in this repository. All accounts are listed.`);
  });

  test("lists accounts changed or added since a commit, reports removed ones, and ignores comments", () => {
    write(`  # a comment\n${A}${account("b", "222222222222", "    role: { description: new }\n")}`);
    expect(matrix("--base", "HEAD").accounts).toEqual(["b"]);
    write(B + account("c", "333333333333"));
    const { accounts, stderr } = matrix("--base", "main");
    expect(accounts).toEqual(["c"]);
    expect(stderr).toContain("In main, but no longer in the file: a.");
  });

  test("lists all accounts if the code changed their root modules since a commit, and none without changes", () => {
    expect(matrix("--base", "HEAD")).toMatchObject({ status: 0, accounts: [], stderr: "" });
    const main = readFileSync(join(project, "main.ts"), "utf8");
    const tagged = main.replace("name, props(account));", 'name, { ...account, tags: { Code: "new" } });');
    expect(tagged).not.toBe(main);
    writeFileSync(join(project, "main.ts"), tagged);
    expect(matrix("--base", "HEAD").accounts).toEqual(["a", "b"]);
  });

  test("ignores stale folders of removed accounts if --base is the folder of an earlier run", () => {
    const synth = () => execFileSync(process.execPath, ["--import", "tsx", "main.ts"], { cwd: project });
    write(A + account("old", "333333333333"));
    synth();
    write(A + B);
    synth();
    expect(matrix("--base", "cdktf.out")).toMatchObject({ accounts: [], stderr: "" });
    write(B);
    expect(matrix("--base", "cdktf.out")).toMatchObject({
      accounts: [],
      stderr: expect.stringContaining("the file: a."),
    });
  });

  test("prints what to do after an error, without a stack trace", () => {
    const refused = (...args: string[]) => {
      const { status, stderr } = matrix(...args);
      expect(status).toBe(1);
      expect(stderr).not.toMatch(/^\s+at /m);
      return stderr;
    };
    expect(refused("--base", "no-such-branch")).toContain("neither a cdktf.out folder");
    expect(refused("--base", "--upload-pack")).toContain("argument missing before --upload-pack");
    expect(refused("--bose")).toContain("(Did you mean --base?)");
    appendFileSync(join(project, "accounts.yaml"), account("c", "1"));
    expect(refused()).toContain("accounts.yaml:11:9");
    git("checkout", "--quiet", "-b", "broken");
    commit();
    write(A + B);
    expect(refused("--base", "broken")).toContain("broken cannot be synthesized:\naccounts.yaml:11:9");
    git("checkout", "--quiet", "--force", "main");
  });
});
