/**
 * Shows that moving to CDK Terrain, the fork of the archived CDKTF, is a rename: synthesizes the example fleet with the fork's
 * packages, in a copy with the imports rewritten, and compares the roots with ours.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

const RENAMED = [
  [/"cdktf"/g, '"cdktn"'],
  [/"@cdktf\/provider-aws\//g, '"@cdktn/provider-aws/'],
] as const;

const copy = mkdtempSync(join(tmpdir(), "cdk-terrain-"));
const node = (cwd: string, outdir: string) =>
  execFileSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });

/** A root but for the version of what wrote it. */
function root(outdir: string, account: string): unknown {
  const json = JSON.parse(readFileSync(join(outdir, "stacks", account, "cdk.tf.json"), "utf8"));
  delete json["//"].metadata.version;
  return json;
}

try {
  for (const name of ["lib", "main.ts", "accounts.yaml", "tsconfig.json"])
    cpSync(name, join(copy, name), { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(join("scripts/cdk-terrain", name), join(copy, name));
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: copy, stdio: "inherit" });

  const sources = readdirSync(copy, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.startsWith("node_modules"),
  );
  let renamed = 0;
  for (const name of sources) {
    const text = readFileSync(join(copy, name), "utf8");
    const rewritten = RENAMED.reduce((all, [from, to]) => all.replace(from, to), text);
    if (rewritten === text) continue;
    writeFileSync(join(copy, name), rewritten);
    renamed += 1;
  }

  const [ours, theirs] = [join(copy, "ours"), join(copy, "theirs")];
  node(process.cwd(), ours);
  node(copy, theirs);
  const accounts = readdirSync(join(ours, "stacks"));
  const different = accounts.filter((account) => !isDeepStrictEqual(root(ours, account), root(theirs, account)));
  console.log(`${renamed} files renamed; ${accounts.length} roots, ${different.length} different.`);
  if (accounts.length === 0 || renamed === 0 || different.length > 0) {
    console.error(`CDK Terrain does not write the same roots: ${different.join(", ") || "nothing was compared"}.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
