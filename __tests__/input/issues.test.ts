import { z } from "zod";
import { errorAt, fieldErrors, fieldName, suggestion } from "../../lib/input/issues";
import { ROLE_NAME } from "../../lib/input/rules";
import { text } from "../../lib/input/schemas";

const schema = z.strictObject({
  name: text(ROLE_NAME),
  count: z.int().optional(),
  on: z.boolean().optional(),
  list: z.array(z.string()).optional(),
  map: z.record(text(ROLE_NAME), z.strictObject({ size: z.number() })).optional(),
  kind: z.enum(["small", "large"]).optional(),
  place: z
    .discriminatedUnion("at", [
      z.strictObject({ at: z.literal("home"), street: z.string() }),
      z.strictObject({ at: z.literal("work"), floor: z.int() }),
    ])
    .optional(),
});

function errorsOf(value: unknown) {
  const { error } = schema.safeParse(value);
  return error ? fieldErrors(schema, value, error) : [];
}

test.each([
  [["role", "name"], "role.name"],
  [["s3_buckets", "run-command", "bucket"], 's3_buckets["run-command"].bucket'],
  [["trust", "regions", 0], 'trust.regions["0"]'],
  [["a", "\u202e"], 'a["\\u202e"]'],
  [[], ""],
])("the path %j is formatted for readers", (path, name) => {
  expect(fieldName(path)).toBe(name);
});

test("an error of a field has the field's path and name, and the error's details", () => {
  const rest = { code: "c", value: 1, rule: "must.", fix: "Do." };
  expect(errorAt(["role", "name"], rest)).toEqual({ path: ["role", "name"], field: "role.name", ...rest });
});

test("a valid value has no errors", () => {
  expect(errorsOf({ name: "ok", map: { key: { size: 1 } }, place: { at: "work", floor: 2 } })).toEqual([]);
});

test("a violated rule is reported with its text, the value and the page", () => {
  expect(errorsOf({ name: "a b" })).toEqual([
    {
      path: ["name"],
      field: "name",
      code: "iam_role_name",
      value: "a b",
      rule: "must be 1 to 64 letters, digits or any of + = , . @ _ -.",
      fix: "Choose another name, for example SSMServiceRole.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test("a missing field is an error", () => {
  expect(errorsOf({})).toEqual([
    { path: ["name"], field: "name", code: "missing", rule: "is required.", fix: "Write name: SSMServiceRole." },
  ]);
});

test.each([
  ["count", null, "wrong_type", "must be a number."],
  ["count", "1", "wrong_type", "must be a number."],
  ["count", 1.5, "wrong_type", "must be a whole number."],
  ["list", {}, "wrong_type", "must be a list."],
  ["map", [], "wrong_type", "must be a map."],
  ["on", "yes", "wrong_type", "must be true or false."],
  ["name", 5, "wrong_type", "must be a string, not a number."],
  ["name", true, "wrong_type", "must be a string, not a boolean."],
])("a %s of the wrong type, %j, is an error", (field, value, code, rule) => {
  expect(errorsOf({ name: "ok", [field]: value })).toEqual([expect.objectContaining({ field, code, value, rule })]);
});

test("the fix for a number in place of a string is to quote it", () => {
  const [error] = errorsOf({ name: 5 });
  expect(error?.fix).toBe('Put it in quotes: "5".');
});

test("an unknown key is reported with the known keys and the nearest of them", () => {
  const rule = "must be one of name, count, on, list, map, kind, place.";
  expect(errorsOf({ name: "ok", cuont: 1 })).toEqual([
    { path: ["cuont"], field: "cuont", inKey: true, code: "unknown_key", rule, fix: "Did you mean count?" },
  ]);
});

test("an invalid key does not hide the errors of its entry", () => {
  const errors = errorsOf({ name: "ok", map: { "a b": { size: "x" } } });
  expect(errors.map(({ code, field, inKey, value }) => [code, field, inKey, value])).toEqual([
    ["iam_role_name", 'map["a b"]', true, "a b"],
    ["wrong_type", 'map["a b"].size', undefined, "x"],
  ]);
});

test("an unknown value is reported with the valid values", () => {
  const rule = "must be one of small, large.";
  expect(errorsOf({ name: "ok", kind: "smal" })).toEqual([
    { path: ["kind"], field: "kind", code: "unknown_value", value: "smal", rule, fix: "Did you mean small?" },
  ]);
});

test.each([
  [
    "an unknown value for a union",
    { place: { at: "hoem" } },
    "place.at",
    "unknown_value",
    "must be one of home, work.",
  ],
  ["a missing value for a union", { place: {} }, "place.at", "missing", "is required: one of home, work."],
  [
    "a key of an entry",
    { map: { key: { size: 1, length: 2 } } },
    "map.key.length",
    "unknown_key",
    "must be one of size.",
  ],
  [
    "a key of a union",
    { place: { at: "work", floor: 1, x: 2 } },
    "place.x",
    "unknown_key",
    "must be one of at, floor.",
  ],
  ["a property name of JavaScript's objects", { constructor: 1 }, "constructor", "unknown_key", expect.anything()],
])("%s is an error at its place", (_, value, field, code, rule) => {
  expect(errorsOf({ name: "ok", ...value })).toEqual([expect.objectContaining({ field, code, rule })]);
});

test.each([
  ["nmae", "Did you mean name?"],
  ["nm", "Did you mean name?"],
  ["xyz", "Remove it, or write one of these."],
  ["", "Remove it, or write one of these."],
])("for %j the fix is: %s", (name, fix) => {
  expect(suggestion(name, ["name", "region"])).toBe(fix);
});

test("without known names, nothing is suggested", () => {
  expect(suggestion("name", [], "Write less.")).toBe("Write less.");
});
