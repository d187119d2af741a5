import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeFields, type Reflection } from "./support/api-fields";
import { generator } from "./support/generated";

const HEAD = `# API

What a program imports from \`cdktf-ssm-hybrid-service-role\`. Written by \`npm run api\`, from the docstrings in \`lib/\` and the schema of
accounts.yaml. The fields of an account with their types and defaults: [accounts.md](accounts.md); a program writes them in camelCase.
`;

/** Runs TypeDoc with typedoc.json. */
function typedoc(...args: readonly string[]): void {
  execFileSync(process.execPath, ["node_modules/typedoc/bin/typedoc", ...args], { stdio: "inherit" });
}

/** Shortens TypeDoc's output, which is written for many pages, to fit on one. */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/<a id="[^"]*"><\/a> /g, ""],
  [/^\*\*\*\n\n/gm, ""],
  [/^#+ (Overrides|Returns|Extended by)\n\n.*\n\n/gm, ""],
  [/^#+ (Constructors?|Methods|Parameters|Properties)\n\n/gm, ""],
  [/^#+ (Extends|Throws|See)\n\n(- )?/gm, "$1 "],
  [/^Extends `Camel.*\n\n/gm, ""],
  [/^#### /gm, "### "],
  [/\*\*Default\*\* (`- ([^`|]*)`|- ([^|]*?)) \|/g, "Default: $2$3. |"],
];

generator("api", "Writes the API reference from the docstrings of the exports of lib/index.ts.", () => {
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const model = join(folder, "model.json");
    typedoc("--json", model);
    const project: Reflection = JSON.parse(readFileSync(model, "utf8"));
    describeFields(project);
    // TypeDoc warns about declarations that the tables of fields replace.
    project.symbolIdMap = {};
    writeFileSync(model, JSON.stringify(project));
    typedoc("--entryPointStrategy", "merge", "--entryPoints", model, "--out", folder);
    const written = readFileSync(join(folder, "api.md"), "utf8");
    const reference = SHORTER.reduce((text, [from, to]) => text.replace(from, to), written);
    return { "docs/api.md": `${[HEAD, reference.trimEnd()].join("\n")}\n` };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
