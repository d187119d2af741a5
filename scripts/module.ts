import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { ModuleStack } from "../lib";
import { generator } from "./support/generated";
import { moduleTables } from "./support/module-tables";

const FOLDER = "modules/ssm-hybrid-service-role";
const MARKS = /(<!-- BEGIN generated[^\n]*-->\n)[\s\S]*(<!-- END generated -->)/;

generator("module", "Writes the Terraform module and the tables in its README.", () => {
  const outdir = mkdtempSync(join(tmpdir(), "module-"));
  const files = new ModuleStack(new App({ outdir, stackTraces: false }), "module").files();
  rmSync(outdir, { recursive: true });
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  const texts: Record<string, string> = {
    [join(FOLDER, "README.md")]: readme.replace(MARKS, (_, begin, end) => `${begin}${moduleTables(files)}${end}`),
  };
  for (const [name, json] of Object.entries(files)) texts[join(FOLDER, name)] = `${JSON.stringify(json, null, 2)}\n`;
  return texts;
});
