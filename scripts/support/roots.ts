import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { StackManifest } from "cdktf";
import { Refusal } from "./refusal";
import { run } from "./run";

/** The file of accounts that all commands read, like `main.ts`. */
export const ACCOUNTS_FILE = process.env.ACCOUNTS_FILE || "accounts.yaml";

/** Returns the output folder: that of cdktf, or a separate one for another file of accounts, so that the two do not overwrite each other. */
export function outputFolder(): string {
  const file = relative(process.cwd(), resolve(ACCOUNTS_FILE)).replace(/\.ya?ml$/, "");
  const name = file.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+/, "");
  return process.env.CDKTF_OUTDIR || (file === "accounts" ? "cdktf.out" : `cdktf.out.${name}`);
}

/**
 * Synthesizes the program of a folder into another folder.
 * @param what - name of the program in the error: "main", "this folder"
 * @throws Refusal with the output of the program
 */
export async function synthesizeRoots(cwd: string, accountsFile: string, outdir: string, what: string): Promise<void> {
  const env = { ...(process.env as Record<string, string>), ACCOUNTS_FILE: accountsFile, CDKTF_OUTDIR: outdir };
  const { code, output } = await run(process.execPath, ["--import", "tsx", "main.ts"], { cwd, env });
  if (code !== 0) throw new Refusal(`${what} cannot be synthesized:\n${output.trim()}`);
}

/** Reads CDKTF's list of the stacks in a `cdktf.out` folder, which also contains the folders of removed accounts. */
export function readManifest(outdir: string): { readonly stacks: Readonly<Record<string, StackManifest>> } {
  return JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8"));
}

/** Reads the root modules of a `cdktf.out` folder, each as a string to compare. */
export function readRoots(outdir: string): Map<string, string> {
  const text = (path: string) => canonical(JSON.parse(readFileSync(join(outdir, path), "utf8")));
  const stacks = Object.entries(readManifest(outdir).stacks);
  return new Map(stacks.map(([name, { synthesizedStackPath }]) => [name, text(synthesizedStackPath)]));
}

/** Returns JSON without comments (`"//"` contains CDKTF's notes) and with sorted keys, because Terraform ignores both. */
function canonical(root: unknown): string {
  return JSON.stringify(root, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).filter(([key]) => key !== "//");
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
