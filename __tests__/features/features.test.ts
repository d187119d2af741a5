import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Feature } from "../../lib/features/feature";
import { FEATURES, mapFeatures } from "../../lib/features/features";
import { ROLE_RESOURCES } from "../../lib/role/service-role";
import { fileOf, fullAccount } from "../accounts";
import { accountOf, at, synthAccount, synthRole } from "../support";

const root = synthRole();

/** A root module that also has import blocks. */
const ADOPTING = { role: { adopt: true, exclusivePolicies: true }, directoryService: { default: {} } };

test("feature names are unique", () => {
  const names = FEATURES.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test("each feature lists exactly the types of the resources that it creates", () => {
  const made = new Set([...ROLE_RESOURCES, ...FEATURES.flatMap((feature) => feature.resources)]);
  // Only a root module with exclusive_policies has these.
  for (const type of ["policy_attachments", "policies"]) made.delete(`aws_iam_role_${type}_exclusive`);
  expect([...made].sort()).toEqual(Object.keys(at(root, "resource") as object).sort());
});

test("no for_each has keys from a resource, a data source or the time, which terraform import does not know", () => {
  const module = JSON.parse(readFileSync("modules/ssm-hybrid-service-role/main.tf.json", "utf8"));
  for (const written of [synthAccount(accountOf(fileOf({ a: fullAccount() }))), synthAccount(ADOPTING), module]) {
    const keys = [...JSON.stringify(written).matchAll(/"(?:for_each|count)":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      JSON.parse(text as string),
    );
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((text) => /\b((aws_\w+|terraform_data|data)[.]|(plan)?timestamp\()/.test(text))).toEqual([]);
  }
});

test("each feature is a variable that is off by default", () => {
  expect(mapFeatures(({ name }) => at(root, "variable", name, "default"))).toEqual(mapFeatures(() => ({})));
});

test("each feature is a map whose entries describe every attribute", () => {
  for (const { name, entries } of FEATURES) {
    const schema = z.toJSONSchema(entries, { io: "input" });
    const entry = schema.additionalProperties as { properties: Record<string, { description?: string }> };
    const bare = Object.entries(entry.properties).filter(([, { description }]) => !description);
    expect([name, bare]).toEqual([name, []]);
  }
});

test("without entries there are no policies and no errors", () => {
  const identity = { accountId: "111111111111", partition: "aws", path: "/", name: "R" };
  const role = { ...identity, region: "eu-central-1", trustedRegions: ["us-east-1"], s3_buckets: {} };
  const results = FEATURES.map((feature: Feature) => feature).map(({ name, policies, grants, check }) => [
    name,
    ...[policies, grants, check].flatMap((method): readonly object[] => method?.({}, role, []) ?? []),
  ]);
  expect(results).toEqual(FEATURES.map(({ name }) => [name]));
});

test("an activation depends on all attachments of the role, so it is created last", () => {
  // Policies for people are not attached to the role, so no activation depends on them.
  const awaited = Object.keys(at(root, "resource", "aws_iam_role_policy_attachment") as object)
    .filter((name) => name !== "user_access")
    .map((name) => `aws_iam_role_policy_attachment.${name}`);
  expect(awaited).toHaveLength(7);
  const depends_on = at(root, "resource", "aws_ssm_activation", "activations", "depends_on") as string[];
  expect([...depends_on].sort()).toEqual(awaited.sort());
  expect(FEATURES.at(-1)?.name).toBe("activations");
});

const SIZE = "must result in a policy of at most 6,144 characters, not counting white space";
const KEY = "kms_key_arn must be a KMS key of the account's partition, ${local.partition}.";

// Their conditions are in the committed module, which account-stack.test.ts compares a root module with.
test.each([
  [
    "aws_iam_policy.s3_managed_buckets",
    [`s3_managed_buckets: ${SIZE}`, "s3_managed_buckets: must contain only regions of the account's partition"],
  ],
  ["aws_iam_policy.s3_buckets", [`s3_buckets: ${SIZE}`, `s3_buckets: ${KEY}`]],
  [
    "aws_iam_policy.log_groups",
    [
      `log_groups: ${SIZE}`,
      `log_groups: ${KEY}`,
      "log_groups: log_group_arn must be a log group of this account, in its partition.",
    ],
  ],
  [
    "aws_iam_policy.user_access",
    [
      `user_access: ${SIZE}: \${each.key}.`,
      "user_access: must result in a policy name of at most 128 characters, <role name>-user-access-<label>: ${each.key}.",
      "user_access: must result in a policy name that differs from the other policies of the role and of the entries: IAM ignores case and path: ${each.key}.",
      "user_access: must not contain the service role itself: the machines would get the permissions of people: ${each.key}.",
      `user_access: ${KEY}`,
    ],
  ],
  [
    "aws_ssm_activation.activations",
    [
      "activations: must result in a role path and name of at most 64 characters together, which is the limit of an activation.",
      "activations[${jsonencode(each.key)}].expiration_date = ${jsonencode(each.value.expiration_date)} must expire in the future, at most 30 days after it is created.",
    ],
  ],
])("a plan of %s refuses what the file's checks refuse, with the same messages", (address, messages) => {
  const preconditions = at(root, "resource", ...address.split("."), "lifecycle", "precondition");
  expect(preconditions).toEqual(messages.map((error_message) => expect.objectContaining({ error_message })));
});
