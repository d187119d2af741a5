/**
 * Prints the accounts whose root changed, as a matrix of a pipeline's jobs: `npm run --silent matrix -- --base origin/main`.
 * It synthesizes anew, into a temporary folder: cdktf.out may be stale.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadFleet } from "../lib";
import { baseRoots } from "./support/base";
import { command } from "./support/command";
import { changes, warnings } from "./support/matrix";
import { ACCOUNTS_FILE, readRoots, synthesizeRoots } from "./support/roots";

command(async () => {
  const { base } = parseArgs({ options: { base: { type: "string" } } }).values;
  const fleet = loadFleet(ACCOUNTS_FILE);
  const outdir = mkdtempSync(join(tmpdir(), "matrix-"));
  try {
    await synthesizeRoots(process.cwd(), ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);
    const roots = readRoots(outdir);
    const before = base === undefined ? undefined : await baseRoots(base, ACCOUNTS_FILE);
    if (base !== undefined && before === undefined) {
      console.error(`--base ${base} is not a commit of this repository (any more). All accounts are listed.`);
    }
    const found = changes(fleet, roots, before);
    for (const warning of warnings(found, base ?? "")) console.error(warning);
    console.log(JSON.stringify(found.matrix));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
  return 0;
});
