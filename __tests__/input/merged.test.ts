import { accountSchema } from "../../lib/config/schema";
import { isFields, merged } from "../../lib/input/merged";

/** Merges an account into the defaults, after converting these to the schema's form. */
function account(given: object, defaults: object = {}): unknown {
  return merged(accountSchema, given, merged(accountSchema, defaults));
}

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
  [
    "null is not set if the defaults set nothing, also in the defaults",
    { role: { name: null }, tags: { Owner: null } },
    { region: null, trust: null },
    { role: {}, tags: {} },
  ],
  [
    "an empty map of entries removes the inherited entries; an empty mapping of fields changes nothing",
    { tags: { Owner: "x" }, cloudwatch_agent: { default: {} }, role: { name: "R", permissions_boundary: "p" } },
    { tags: {}, cloudwatch_agent: {}, role: {} },
    { tags: {}, cloudwatch_agent: {}, role: { name: "R", permissions_boundary: "p" } },
  ],
  [
    "an entry of an empty mapping keeps what it inherits",
    { cloudwatch_agent: { default: { policy_arn: "narrow" } } },
    { cloudwatch_agent: { default: {} } },
    { cloudwatch_agent: { default: { policy_arn: "narrow" } } },
  ],
  [
    "a state with another backend replaces the inherited one",
    { state: { backend: "s3", bucket: "b", key: "k" } },
    { state: { backend: "local" } },
    { state: { backend: "local" } },
  ],
  [
    "a state without a backend changes the inherited one",
    { state: { backend: "s3", bucket: "b", key: "k" } },
    { state: { key: "mine" } },
    { state: { backend: "s3", bucket: "b", key: "mine" } },
  ],
])("%s, and the input is not modified", (_, defaults, given, expected) => {
  const before = structuredClone([defaults, given]);
  expect(account(given, defaults)).toEqual(expected);
  expect([defaults, given]).toEqual(before);
});

/** Each row: what users write, and the form that the schema accepts. */
test.each([
  [{ cloudwatch_agent: true }, { cloudwatch_agent: { default: {} } }],
  [{ cloudwatch_agent: false }, { cloudwatch_agent: {} }],
  [{ s3_buckets: false }, { s3_buckets: {} }],
  // An entry has required fields, or the key is no label.
  [{ s3_buckets: true }, { s3_buckets: true }],
  [{ s3_managed_buckets: true }, { s3_managed_buckets: true }],
  [{ s3_managed_buckets: ["a-1", "b-1"] }, { s3_managed_buckets: { "a-1": {}, "b-1": {} } }],
  [{ s3_buckets: ["a"] }, { s3_buckets: ["a"] }],
  [{ s3_managed_buckets: [1] }, { s3_managed_buckets: [1] }],
  [{ trust: { regions: "eu-west-1" } }, { trust: { regions: ["eu-west-1"] } }],
  [{ user_access: { x: { groups: "Ops" } } }, { user_access: { x: { groups: ["Ops"] } } }],
  [{ deploy_role_arn: " arn:x \n" }, { deploy_role_arn: "arn:x" }],
  [{ s3_buckets: { x: { prefix: "a/b/", bucket: " b " } } }, { s3_buckets: { x: { prefix: "a/b", bucket: " b " } } }],
  // Only one, and only after another character: a//b, a// and / are invalid.
  [{ s3_buckets: { x: { prefix: "/" } } }, { s3_buckets: { x: { prefix: "/" } } }],
  [{ s3_buckets: { x: { prefix: "a//" } } }, { s3_buckets: { x: { prefix: "a/" } } }],
  [{ tags: { "Cost Center": 4711, on: true } }, { tags: { "Cost Center": "4711", on: true } }],
  [
    { id: 123456789012, region: 5 },
    { id: "123456789012", region: 5 },
  ],
  [
    { state: { backend: "s3", allowed_account_ids: 123456789012 } },
    { state: { backend: "s3", allowed_account_ids: 123456789012 } },
  ],
  [
    { state: { backend: "s3", assume_role: { role_arn: " arn:x" } } },
    { state: { backend: "s3", assume_role: { role_arn: "arn:x" } } },
  ],
  // A misspelled name is rejected even if its value is null.
  [
    { rgion: null, region: null, s3_managed_buckets: { "eu-central-9": null, "eu-central-1": null } },
    { rgion: null, s3_managed_buckets: { "eu-central-9": null } },
  ],
  [
    { role: 5, state: "s3" },
    { role: 5, state: "s3" },
  ],
])("%j is %j", (given, expected) => {
  expect(account(given)).toEqual(expected);
});

test.each([
  [
    "true keeps what is on",
    { cloudwatch_agent: { a: {} } },
    { cloudwatch_agent: true },
    { cloudwatch_agent: { a: {} } },
  ],
  [
    "true turns on what is off",
    { cloudwatch_agent: false },
    { cloudwatch_agent: true },
    { cloudwatch_agent: { default: {} } },
  ],
  ["false turns off what is on", { cloudwatch_agent: true }, { cloudwatch_agent: false }, { cloudwatch_agent: {} }],
  [
    "a list replaces, as lists do",
    { s3_managed_buckets: ["a-1"] },
    { s3_managed_buckets: ["b-1"] },
    { s3_managed_buckets: { "b-1": {} } },
  ],
  [
    "an entry of a list keeps the restrictions from the defaults",
    { cloudwatch_agent: { a: { policy_arn: "narrow" }, b: {} } },
    { cloudwatch_agent: ["a", "c"] },
    { cloudwatch_agent: { a: { policy_arn: "narrow" }, c: {} } },
  ],
  [
    "an entry is added to a list in defaults",
    { s3_managed_buckets: ["a-1"] },
    { s3_managed_buckets: { "b-1": {} } },
    { s3_managed_buckets: { "a-1": {}, "b-1": {} } },
  ],
])("with defaults, %s", (_, defaults, given, expected) => {
  expect(account(given, defaults)).toEqual(expected);
});

test("a key such as __proto__ stays a key", () => {
  const patch = JSON.parse('{"tags": {"__proto__": "x"}}');
  expect(JSON.stringify(account(patch, { tags: { Owner: "y" } }))).toBe('{"tags":{"Owner":"y","__proto__":"x"}}');
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});

test("a list, a string, null and undefined are no mappings", () => {
  expect([{}, [], "a", null, undefined].map(isFields)).toEqual([true, false, false, false, false]);
});
