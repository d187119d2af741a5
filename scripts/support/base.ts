import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { Refusal } from "./refusal";
import { readRoots, synthesizeRoots } from "./roots";
import { type Finished, run } from "./run";

const NO_BASE = "To get all accounts, remove --base.";

/** A full commit ID: SHA-1 or SHA-256. */
const COMMIT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Returns the root modules to compare with. They come from the `cdktf.out` folder of an earlier run, or are synthesized with the code and the
 * accounts of a commit. Returns `undefined` for a commit that no longer exists, for example after a force push, and for the ID of zeros
 * that GitHub and GitLab use before the first push of a branch.
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
 */
export async function baseRoots(base: string, accountsFile: string): Promise<Map<string, string> | undefined> {
  if (existsSync(join(base, "manifest.json"))) return readRoots(base);
  const cwd = process.cwd();
  const { code, stdout } = await git(cwd, "rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`);
  if (code !== 0) {
    if (COMMIT_ID.test(base)) return undefined;
    throw new Refusal(
      `--base ${base} is neither a cdktf.out folder (one with a manifest.json) nor a commit of this repository. ` +
        `In a shallow clone, fetch it first (actions/checkout: fetch-depth: 0). ${NO_BASE}`,
    );
  }
  return rootsOfCommit(cwd, stdout.trim(), base, accountsFile);
}

async function rootsOfCommit(cwd: string, commit: string, base: string, accountsFile: string) {
  const file = relative(realpathSync(cwd), resolve(realpathSync(cwd), accountsFile));
  if (file.startsWith("..") || isAbsolute(file)) {
    throw new Refusal(
      `${accountsFile} is outside this repository, so ${base} does not contain it. Use --base with a cdktf.out folder.`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "base-"));
  const tree = join(folder, "tree");
  const remove = async () => {
    await git(cwd, "worktree", "remove", "--force", tree);
    rmSync(folder, { recursive: true, force: true });
  };
  const interrupted = () => void remove().finally(() => process.exit(130));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const added = await git(cwd, "worktree", "add", "--detach", tree, commit);
    if (added.code !== 0) throw new Refusal(`git cannot check out ${base}:\n${added.stderr.trim()}`);
    // This project may be in a subfolder of the repository.
    const prefix = (await git(cwd, "rev-parse", "--show-prefix")).stdout.trim();
    const project = join(tree, prefix);
    if (!existsSync(join(project, "main.ts")) || !existsSync(join(project, file))) {
      throw new Refusal(`${base} has no ${existsSync(join(project, "main.ts")) ? file : "main.ts"} yet. ${NO_BASE}`);
    }
    await provideModules(cwd, project, base);
    const outdir = join(folder, "cdktf.out");
    await synthesizeRoots(project, file, outdir, base);
    return readRoots(outdir);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    await remove();
  }
}

/** Links today's packages if the commit locks the same versions. Otherwise installs the commit's own, so that a package update shows. */
async function provideModules(cwd: string, project: string, base: string): Promise<void> {
  const locks = [cwd, project].map((folder) => join(folder, "package-lock.json"));
  const [today, then] = locks.map((lock) => (existsSync(lock) ? runtimePackages(readFileSync(lock, "utf8")) : ""));
  if (today === then) return symlinkSync(join(cwd, "node_modules"), join(project, "node_modules"), "junction");
  const env = process.env as Record<string, string>;
  const install = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  const { code, output } = await run("npm", install, { cwd: project, env });
  if (code !== 0) throw new Refusal(`npm ci failed for ${base}, which locks other package versions:\n${output.trim()}`);
}

/** Returns the packages of a lock file that `main.ts` can load: all except the development dependencies. */
export function runtimePackages(lock: string): string {
  const { packages = {} } = JSON.parse(lock) as { packages?: Record<string, { version?: string; dev?: boolean }> };
  const used = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
  return used.map(([path, { version }]) => `${path}@${version}`).join("\n");
}

function git(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return run("git", args, { cwd, env: process.env as Record<string, string> });
}
