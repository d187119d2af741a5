import { z } from "zod";
import type { Feature } from "../../lib/features/feature";
import { FEATURES } from "../../lib/features/features";
import { ROLE_RESOURCES } from "../../lib/role/service-role";
import { terraformType } from "../../lib/terraform/variables";
import { at, synthRole } from "../support";

test("no two features have one name", () => {
  const names = FEATURES.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test("each feature names the types of the resources that it makes, and no other", () => {
  const resources = at(synthRole(), "resource") as Record<string, object>;
  const made = new Set([...ROLE_RESOURCES, ...FEATURES.flatMap((feature) => feature.resources)]);
  // Only a root with exclusive_policies has it.
  made.delete("aws_iam_role_policy_attachments_exclusive");
  expect([...made].sort()).toEqual(Object.keys(resources).sort());
});

test("each is a variable that is off by default, and that may be set from outside", () => {
  const variables = at(synthRole(), "variable");
  for (const { name, entries, description } of FEATURES) {
    expect(at(variables, name)).toEqual({
      type: terraformType(entries),
      description,
      nullable: false,
      default: {},
      validation: expect.any(Array),
    });
  }
});

test("each is a map whose entries describe every attribute", () => {
  for (const { name, entries } of FEATURES) {
    const schema = z.toJSONSchema(entries, { io: "input" });
    const entry = schema.additionalProperties as { properties: Record<string, { description?: string }> };
    const bare = Object.entries(entry.properties).filter(([, { description }]) => !description);
    expect([name, bare]).toEqual([name, []]);
  }
});

test("no entries, no policies and no faults", () => {
  const identity = { accountId: "111111111111", partition: "aws", path: "/", name: "R" };
  const role = { ...identity, region: "eu-central-1", trustedRegions: ["us-east-1"], s3_buckets: {} };
  const said = FEATURES.map((feature: Feature) => feature).map(({ name, policies, grants, check }) => [
    name,
    ...[policies, grants, check].flatMap((say): readonly object[] => say?.({}, role) ?? []),
  ]);
  expect(said).toEqual(FEATURES.map(({ name }) => [name]));
});

test("an activation waits for all that is attached to the role, and so it is made last", () => {
  const root = synthRole();
  const attached = Object.keys(at(root, "resource", "aws_iam_role_policy_attachment") as object);
  // What people get is not attached to the role: no machine has to wait for it.
  const awaited = attached
    .filter((name) => name !== "user_access")
    .map((name) => `aws_iam_role_policy_attachment.${name}`);
  expect(awaited).toHaveLength(7);
  const { depends_on } = at(root, "resource", "aws_ssm_activation", "activations") as { depends_on: string[] };
  expect([...depends_on].sort()).toEqual(awaited.sort());
  expect(FEATURES.at(-1)?.name).toBe("activations");
});
