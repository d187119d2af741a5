import { App } from "cdktf";
import { FEATURES } from "../../lib/features/features";
import { ModuleStack } from "../../lib/stacks/module-stack";
import { at } from "../support";

const files = new ModuleStack(new App({ stackTraces: false }), "module").files();

test("the module has the files of Terraform's standard structure", () => {
  expect(Object.entries(files).map(([name, content]) => [name, ...Object.keys(content).sort()])).toEqual([
    ["main.tf.json", "check", "data", "locals", "resource"],
    ["variables.tf.json", "variable"],
    ["outputs.tf.json", "output"],
    ["versions.tf.json", "terraform"],
  ]);
});

test("it has a range of provider versions, and no provider and no backend", () => {
  expect(files["versions.tf.json"]).toEqual({
    terraform: {
      required_version: ">= 1.5",
      required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0, < 7.0" } },
    },
  });
  expect(JSON.stringify(files)).not.toMatch(/"(provider|backend)":|TfToken|"\/\/"/);
});

test("each setting of an account is a variable with a type and a description", () => {
  const variables = at(files["variables.tf.json"], "variable");
  const variable = (given: object) =>
    expect.objectContaining({ type: expect.any(String), description: expect.stringMatching(/\.$/), ...given });
  const optional = variable({ nullable: true, default: null });
  const set = (value: unknown) => variable({ nullable: false, default: value });
  const map = set({});
  expect(variables).toEqual({
    ...{ account_id: optional, region: optional, tags: map },
    // Names from terraform-aws-modules/iam: modules/iam-role/variables.tf.
    ...{ description: optional, max_session_duration: optional, permissions_boundary: optional },
    ...{ path: set("/"), force_detach_policies: set(false), role_name: set("SSMServiceRole") },
    ...{ core_policy_arn: optional, managed_policy_quota: set(10) },
    ...{ trust_conditions: set(true), trust_regions: set([]), trust_service_principal: set("ssm.amazonaws.com") },
    ...Object.fromEntries(FEATURES.map(({ name }) => [name, map])),
  });
});

test("the outputs have the names that are usual in modules, and only activation codes are sensitive", () => {
  const outputs = at(files["outputs.tf.json"], "output") as Record<string, { sensitive?: boolean }>;
  expect(Object.entries(outputs).map(([name, { sensitive }]) => [name, sensitive ?? false])).toEqual([
    ["name", false],
    ["arn", false],
    ["unique_id", false],
    ["attached_policy_arns", false],
    ["user_access_policy_arns", false],
    ["activation_ids", false],
    ["activation_codes", true],
  ]);
});

test("account and partition are read from AWS only if the caller does not set them", () => {
  expect(at(files["main.tf.json"], "data")).toEqual({
    aws_caller_identity: { current: { count: "${var.account_id == null ? 1 : 0}" } },
    aws_partition: { current: { count: "${var.region == null ? 1 : 0}" } },
  });
});
