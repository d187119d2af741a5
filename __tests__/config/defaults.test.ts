import { isFields, mergeDefaults } from "../../lib/config/defaults";

test("mappings are merged field by field, everything else as a whole", () => {
  const defaults = { region: "a", tags: { Owner: "x", Team: "y" }, trust: { regions: ["a", "b"] } };
  expect(mergeDefaults(defaults, { region: "b", tags: { Team: "z" }, trust: { regions: ["c"] } })).toEqual({
    region: "b",
    tags: { Owner: "x", Team: "z" },
    trust: { regions: ["c"] },
  });
});

test("null removes what the defaults set, at any depth", () => {
  const defaults = { deploy_role_arn: "x", tags: { Owner: "x", Team: "y" }, policies: { one: { policy_arn: "z" } } };
  expect(mergeDefaults(defaults, { deploy_role_arn: null, tags: { Owner: null }, policies: { one: null } })).toEqual({
    tags: { Team: "y" },
    policies: {},
  });
});

test("null where the defaults set nothing stays, for the schema to refuse", () => {
  expect(mergeDefaults({}, { tags: null })).toEqual({ tags: null });
});

test("a state of the same backend is merged, one of another starts afresh", () => {
  const defaults = { state: { backend: "s3", bucket: "b", region: "r" } };
  expect(mergeDefaults(defaults, { state: { key: "k" } })).toEqual({
    state: { backend: "s3", bucket: "b", region: "r", key: "k" },
  });
  expect(mergeDefaults(defaults, { state: { backend: "s3", bucket: "c" } })).toEqual({
    state: { backend: "s3", bucket: "c", region: "r" },
  });
  expect(mergeDefaults(defaults, { state: { backend: "local" } })).toEqual({ state: { backend: "local" } });
});

test("defaults that leave the backend to the account share the rest", () => {
  const defaults = { state: { bucket: "b" } };
  expect(mergeDefaults(defaults, { state: { backend: "s3" } })).toEqual({ state: { backend: "s3", bucket: "b" } });
});

test("neither the defaults nor the account are touched", () => {
  const defaults = { tags: { Owner: "x" } };
  const account = { tags: { Team: "y" } };
  mergeDefaults(defaults, account);
  expect([defaults, account]).toEqual([{ tags: { Owner: "x" } }, { tags: { Team: "y" } }]);
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
