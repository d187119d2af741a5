import { isFields, mergeDefaults } from "../../lib/config/defaults";

test.each([
  [
    "mappings are merged field by field, everything else as a whole",
    { region: "a", tags: { Owner: "x", Team: "y" }, trust: { regions: ["a", "b"] } },
    { region: "b", tags: { Team: "z" }, trust: { regions: ["c"] } },
    { region: "b", tags: { Owner: "x", Team: "z" }, trust: { regions: ["c"] } },
  ],
  [
    "null removes what the defaults set, at any depth",
    { deploy_role_arn: "x", tags: { Owner: "x", Team: "y" }, policies: { one: { policy_arn: "z" } } },
    { deploy_role_arn: null, tags: { Owner: null }, policies: { one: null } },
    { tags: { Team: "y" }, policies: {} },
  ],
  ["null where the defaults set nothing stays, for the schema to refuse", {}, { tags: null }, { tags: null }],
])("%s, and neither is touched", (_, defaults, account, merged) => {
  const before = structuredClone([defaults, account]);
  expect(mergeDefaults(defaults, account)).toEqual(merged);
  expect([defaults, account]).toEqual(before);
});

test("a key such as __proto__ stays a key", () => {
  const patch = JSON.parse('{"tags": {"__proto__": {"polluted": "x"}}}');
  const merged = mergeDefaults({ tags: { Owner: "y" } }, patch);
  expect(JSON.stringify(merged)).toBe('{"tags":{"Owner":"y","__proto__":{"polluted":"x"}}}');
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});

test("a list, a text and nothing are no mappings", () => {
  expect([{}, [], "a", null, undefined].map(isFields)).toEqual([true, false, false, false, false]);
});
