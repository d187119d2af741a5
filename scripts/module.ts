/** Writes the Terraform module and its README's tables; with --check, only says which of its files are not current. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { ModuleStack } from "../lib";
import { moduleTables } from "./support/module-tables";

const FOLDER = "modules/ssm-hybrid-service-role";
const MARKS = /(<!-- BEGIN generated[^\n]*-->\n)[\s\S]*(<!-- END generated -->)/;

const outdir = mkdtempSync(join(tmpdir(), "module-"));
const files = new ModuleStack(new App({ outdir, stackTraces: false }), "module").files();
rmSync(outdir, { recursive: true });

const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
const texts: Record<string, string> = {
  "README.md": readme.replace(MARKS, (_, begin, end) => `${begin}${moduleTables(files)}${end}`),
};
for (const [name, json] of Object.entries(files)) texts[name] = `${JSON.stringify(json, null, 2)}\n`;

const stale = Object.keys(texts).filter((name) => {
  const path = join(FOLDER, name);
  return !existsSync(path) || readFileSync(path, "utf8") !== texts[name];
});
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`${FOLDER}: ${stale.join(", ")} stale: run npm run module, and commit what it writes.`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of stale) writeFileSync(join(FOLDER, name), texts[name] as string);
  console.log(stale.length > 0 ? `Wrote ${stale.join(", ")}.` : "The module is current.");
}
