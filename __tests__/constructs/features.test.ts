import { z } from "zod";
import { FEATURES } from "../../lib/constructs/features";
import { terraformType } from "../../lib/constructs/terraform-variable";
import { at, synthRole } from "../support";

test("each feature stands under its own name", () => {
  expect(Object.entries(FEATURES).map(([key, { name }]) => [key, name])).toEqual([
    ["directory_service", "directory_service"],
    ["cloudwatch_agent", "cloudwatch_agent"],
    ["s3_managed_buckets", "s3_managed_buckets"],
    ["s3_buckets", "s3_buckets"],
    ["policies", "policies"],
  ]);
});

test("each is a variable that is off by default, and that may be set from outside", () => {
  const variables = at(synthRole(), "variable");
  for (const { name, entries, description } of Object.values(FEATURES)) {
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
  for (const { name, entries } of Object.values(FEATURES)) {
    const schema = z.toJSONSchema(entries as z.ZodRecord, { io: "input" });
    const entry = schema.additionalProperties as { properties: Record<string, { description?: string }> };
    const bare = Object.entries(entry.properties).filter(([, { description }]) => !description);
    expect([name, bare]).toEqual([name, []]);
  }
});

test("no entries, no policies", () => {
  const role = { accountId: "111111111111", partition: "aws", path: "/", name: "R" };
  expect(Object.values(FEATURES).flatMap((feature) => feature.policies({}, role))).toEqual([]);
});
