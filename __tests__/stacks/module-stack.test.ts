import { App } from "cdktf";
import { FEATURES } from "../../lib/features/features";
import { ModuleStack } from "../../lib/stacks/module-stack";
import { at } from "../support";

const files = new ModuleStack(new App({ stackTraces: false }), "module").files();

test("the module has the files of Terraform's convention", () => {
  expect(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Object.keys(content).sort()])),
  ).toEqual({
    "main.tf.json": ["data", "locals", "resource"],
    "variables.tf.json": ["variable"],
    "outputs.tf.json": ["output"],
    "versions.tf.json": ["terraform"],
  });
});

test("it names a range of providers, and neither provider nor backend", () => {
  expect(files["versions.tf.json"]).toEqual({
    terraform: {
      required_version: ">= 1.5",
      required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0, < 7.0" } },
    },
  });
  const text = JSON.stringify(files);
  expect(text).not.toMatch(/"(provider|backend)":/);
  expect(text).not.toContain("TfToken");
  expect(text).not.toContain('"//"');
});

test("everything that an account may set is a variable with a type and a description", () => {
  const variables = at(files["variables.tf.json"], "variable") as Record<string, object>;
  expect(Object.keys(variables).sort()).toEqual(
    ["account_id", "region", "role", "trust", "tags", ...FEATURES.map(({ name }) => name)].sort(),
  );
  for (const [name, variable] of Object.entries(variables)) {
    const optional = ["account_id", "region"].includes(name);
    expect([name, variable]).toEqual([
      name,
      expect.objectContaining({
        type: expect.any(String),
        description: expect.stringMatching(/\.$/),
        nullable: optional,
        default: optional ? null : {},
      }),
    ]);
  }
});

test("the outputs have the names that modules give them", () => {
  const outputs = at(files["outputs.tf.json"], "output") as Record<string, { sensitive?: boolean }>;
  expect(Object.keys(outputs)).toEqual([
    "name",
    "arn",
    "unique_id",
    "attached_policy_arns",
    "user_access_policy_arns",
    "activation_ids",
    "activation_codes",
  ]);
  expect(Object.keys(outputs).filter((name) => outputs[name]?.sensitive)).toEqual(["activation_codes"]);
});

test("AWS is asked for the account and the partition only where the caller does not tell", () => {
  expect(at(files["main.tf.json"], "data")).toEqual({
    aws_caller_identity: { current: { count: "${var.account_id == null ? 1 : 0}" } },
    aws_partition: { current: { count: "${var.region == null ? 1 : 0}" } },
  });
});
