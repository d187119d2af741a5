import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { fleetJsonSchema } from "../../lib/config/json-schema";
import { faultsOf } from "../support";

const validate = new Ajv2020({ strictTypes: false, allErrors: true }).compile(fleetJsonSchema());

/** Where the editor would underline. */
function underlined(text: string): string[] {
  validate(parse(text));
  return [...new Set(validate.errors?.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))];
}

const account = (fields: string) => `accounts:\n  a: { ${fields} }\n`;
const BASE = 'id: "111111111111", region: eu-central-1';

test("the committed file is current", () => {
  expect(readFileSync("accounts.schema.json", "utf8")).toBe(`${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
});

test("the example fleet is right", () => {
  expect(underlined(readFileSync("accounts.yaml", "utf8"))).toEqual([]);
});

test.each([
  ["an unknown key", account(`${BASE}, rgion: x`), "/accounts/a additionalProperties"],
  ["an unknown key at the top", `${account(BASE)}default: {}\n`, " additionalProperties"],
  ["an id that is a number", account("id: 111111111111, region: eu-central-1"), "/accounts/a/id type"],
  ["an id of eleven digits", account('id: "11111111111", region: eu-central-1'), "/accounts/a/id pattern"],
  ["an unknown region", account(`${BASE.replace("-1", "-9")}`), "/accounts/a/region enum"],
  ["a role's name with a space", account(`${BASE}, role: { name: a b }`), "/accounts/a/role/name pattern"],
  [
    "a session that is too short",
    account(`${BASE}, role: { max_session_duration: 3599 }`),
    "/accounts/a/role/max_session_duration minimum",
  ],
  [
    "a session that is too long",
    account(`${BASE}, role: { max_session_duration: 43201 }`),
    "/accounts/a/role/max_session_duration maximum",
  ],
  ["a flag that is a text", account(`${BASE}, trust: { conditions: "yes" }`), "/accounts/a/trust/conditions type"],
  ["a list of features", account(`${BASE}, policies: []`), "/accounts/a/policies type"],
  [
    "a bucket in capitals",
    account(`${BASE}, s3_buckets: { x: { bucket: ABC } }`),
    "/accounts/a/s3_buckets/x/bucket pattern",
  ],
  [
    "a bucket for an unknown purpose",
    account(`${BASE}, s3_buckets: { x: { bucket: abc, purpose: backup } }`),
    "/accounts/a/s3_buckets/x/purpose enum",
  ],
  [
    "a log group's ARN with :*",
    account(`${BASE}, log_groups: { x: { log_group_arn: "arn:aws:logs:eu-central-1:111111111111:log-group:a:*" } }`),
    "/accounts/a/log_groups/x/log_group_arn pattern",
  ],
  [
    "a log group for an unknown purpose",
    account(`${BASE}, log_groups: { x: { purpose: inventory } }`),
    "/accounts/a/log_groups/x/purpose enum",
  ],
  [
    "an unknown level",
    account(`${BASE}, user_access: { x: { level: admin } }`),
    "/accounts/a/user_access/x/level enum",
  ],
  [
    "a group with its path",
    account(`${BASE}, user_access: { x: { level: operator, groups: [a, b/c] } }`),
    "/accounts/a/user_access/x/groups/1 pattern",
  ],
  [
    "a group named twice",
    account(`${BASE}, user_access: { x: { level: operator, groups: [a, a] } }`),
    "/accounts/a/user_access/x/groups uniqueItems",
  ],
  [
    "a machine's tag with a star",
    account(`${BASE}, user_access: { x: { level: operator, node_tags: { Line: "*" } } }`),
    "/accounts/a/user_access/x/node_tags/Line pattern",
  ],
  [
    "an activation for 1,001 machines",
    account(`${BASE}, activations: { x: { registration_limit: 1001 } }`),
    "/accounts/a/activations/x/registration_limit maximum",
  ],
  [
    "an activation for 31 days",
    account(`${BASE}, activations: { x: { expires_in_days: 31 } }`),
    "/accounts/a/activations/x/expires_in_days maximum",
  ],
  [
    "an expiry without time",
    account(`${BASE}, activations: { x: { expiration_date: "2026-12-24" } }`),
    "/accounts/a/activations/x/expiration_date pattern",
  ],
  ["an unknown backend", account(`${BASE}, state: { backend: gcs }`), "/accounts/a/state/backend const"],
  ["defaults with an id", `${account(BASE)}defaults: { id: "111111111111" }\n`, "/defaults additionalProperties"],
  ["a file without accounts", "defaults: {}\n", " required"],
])("%s is underlined", (_, text, place) => {
  expect(underlined(text)).toContain(place);
  expect(faultsOf(text)).not.toEqual([]);
});

test.each([
  [
    "null that removes a default",
    `${account(`${BASE}, deploy_role_arn: null, tags: { Owner: null }, cloudwatch_agent: { x: null }, trust: { regions: null }`)}defaults: { deploy_role_arn: "arn:aws:iam::111111111111:role/D", tags: { Owner: x }, cloudwatch_agent: { x: {} }, trust: { regions: [eu-west-1] } }\n`,
  ],
  ["a region that the defaults hold", `defaults: { region: eu-central-1 }\n${account('id: "111111111111"')}`],
  [
    "a part of a state",
    `defaults: { state: { backend: s3, bucket: my-bucket } }\n${account(`${BASE}, state: { key: mine.tfstate }`)}`,
  ],
  [
    "placeholders in patterns",
    account(
      `${BASE}, deploy_role_arn: "arn:{partition}:iam::{account_id}:role/D", s3_buckets: { x: { bucket: "logs-{account_id}", purpose: run_command } }`,
    ),
  ],
  ["a placeholder in place of a region", account(`${BASE}, trust: { regions: ["{region}"] }`)],
])("%s is not underlined", (_, text) => {
  expect(faultsOf(text)).toEqual([]);
  expect(underlined(text)).toEqual([]);
});

test("every property is described", () => {
  const bare: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
    for (const [name, property] of Object.entries(properties)) {
      if (!property.description) bare.push(`${path}.${name}`);
    }
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${path}.${key}`);
  };
  walk(fleetJsonSchema(), "");
  expect(bare).toEqual([]);
});
