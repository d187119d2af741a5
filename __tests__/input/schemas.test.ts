import { z } from "zod";
import { NOT_DEPRECATED_POLICY, NOT_RESERVED_ROLE, ROLE_NAME } from "../../lib/input/rules";
import { names, patternSource, tags, text, wholeNumber } from "../../lib/input/schemas";

/** Returns a schema's messages for a value: one for each rule that it violates. */
function says(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

test("a number is accepted from the minimum to the maximum", () => {
  const schema = wholeNumber("max_session_duration", 3600, 43200);
  const rule = "must be a whole number from 3600 to 43200";
  expect([3599, 3600, 43200, 43201].map((value) => says(schema, value))).toEqual([[rule], [], [], [rule]]);
  expect(says(schema, 3600.5)).toHaveLength(1);
});

test("50 tags are accepted, 51 are not", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
  expect(says(tags(), many(50))).toEqual([]);
  expect(says(tags(), many(51))).toEqual(["must contain at most 50 tags"]);
});

test("names have no duplicates and follow their rules; an empty list is valid", () => {
  expect(names(ROLE_NAME).parse(undefined)).toEqual([]);
  expect(says(names(ROLE_NAME), ["a", "b", "c"])).toEqual([]);
  expect(says(names(ROLE_NAME), ["a", "b", "A"])).toEqual(["must not contain duplicates"]);
  expect(says(names(ROLE_NAME, NOT_RESERVED_ROLE), ["AWSServiceRoleForAmazonSSM", "a b", "c"])).toEqual([
    NOT_RESERVED_ROLE.says,
    ROLE_NAME.says,
  ]);
});

test("a pattern is written without JavaScript's escaped slashes", () => {
  expect(patternSource(NOT_DEPRECATED_POLICY.pattern)).toBe(":policy/service-role/AmazonEC2RoleforSSM$");
});

test("an editor accepts a placeholder in a pattern", () => {
  const { pattern } = z.toJSONSchema(text(ROLE_NAME)) as { pattern: string };
  expect(pattern).toBe("^[A-Za-z0-9+=,.@_-]{1,64}$|\\{(account_id|account_name|region|partition)\\}");
});
