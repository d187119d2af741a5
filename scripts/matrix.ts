import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFleet } from "../lib";
import { baseRoots } from "./support/base";
import { command, commandLine } from "./support/command";
import { changes, warnings } from "./support/matrix";
import { ACCOUNTS_FILE, readRoots, synthesizeRoots } from "./support/roots";

const line = commandLine("matrix", {
  purpose:
    "Prints the accounts whose root module changed, as the JSON matrix of a pipeline. It synthesizes into a temporary folder.",
  examples: ["--silent matrix -- --base origin/main"],
}).option("--base <commit>", "the commit to compare with (default: none; all accounts are listed)");

command(line, async ({ base }) => {
  const fleet = loadFleet(ACCOUNTS_FILE);
  const outdir = mkdtempSync(join(tmpdir(), "matrix-"));
  try {
    await synthesizeRoots(process.cwd(), ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);
    const roots = readRoots(outdir);
    const before = base === undefined ? undefined : await baseRoots(base, ACCOUNTS_FILE);
    if (base !== undefined && before === undefined) {
      console.error(`--base ${base} is not a commit in this repository. All accounts are listed.`);
    }
    const found = changes(fleet, roots, before);
    for (const warning of warnings(found, base ?? "")) console.error(warning);
    console.log(JSON.stringify(found.matrix));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
  return 0;
});
