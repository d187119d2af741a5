import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { command, commandLine } from "./support/command";

const RENAMED = [
  [/"cdktf"/g, '"cdktn"'],
  [/"@cdktf\/provider-aws\//g, '"@cdktn/provider-aws/'],
] as const;

/** A root module without the version of the tool that wrote it. */
function root(outdir: string, account: string): unknown {
  const json = JSON.parse(readFileSync(join(outdir, "stacks", account, "cdk.tf.json"), "utf8"));
  delete json["//"].metadata.version;
  return json;
}

function synthesize(cwd: string, outdir: string): void {
  execFileSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
}

const line = commandLine("cdk-terrain", {
  purpose:
    "Synthesizes the example accounts with CDK Terrain, the fork of the archived CDKTF, and compares the root modules with ours. It works on a copy in which the imports are renamed.",
  exitCodes: { 0: "the root modules are equal", 1: "the root modules differ, or an error" },
  examples: ["cdk-terrain"],
});

command(line, async () => {
  const copy = mkdtempSync(join(tmpdir(), "cdk-terrain-"));
  try {
    for (const name of ["lib", "main.ts", "accounts.yaml", "tsconfig.json"])
      cpSync(name, join(copy, name), { recursive: true });
    for (const name of ["package.json", "package-lock.json"])
      cpSync(join("scripts/cdk-terrain", name), join(copy, name));
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
    synthesize(process.cwd(), ours);
    synthesize(copy, theirs);
    const accounts = readdirSync(join(ours, "stacks"));
    const different = accounts.filter((account) => !isDeepStrictEqual(root(ours, account), root(theirs, account)));
    console.log(`Imports renamed in ${renamed} files. ${accounts.length} root modules, ${different.length} different.`);
    if (accounts.length === 0 || renamed === 0 || different.length > 0) {
      console.error(`CDK Terrain writes different root modules: ${different.join(", ") || "nothing was compared"}.`);
      return 1;
    }
    return 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
