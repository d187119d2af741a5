import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { fleetJsonSchema } from "../../lib/config/json-schema";
import { errorsOf, oneAccount } from "../support";

const validate = new Ajv2020({ strictTypes: false, allErrors: true }).compile(fleetJsonSchema());

/** Returns the places that the editor would underline. */
function underlined(text: string): string[] {
  validate(parse(text));
  return [...new Set(validate.errors?.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))];
}

test("the committed file is current", () => {
  expect(readFileSync("accounts.schema.json", "utf8")).toBe(`${JSON.stringify(fleetJsonSchema(), null, 2)}\n`);
});

test("the example fleet is valid", () => {
  expect(underlined(readFileSync("accounts.yaml", "utf8"))).toEqual([]);
});

/** Each row: the lines of an account, and the underlined place. */
test.each([
  ["rgion: x", " additionalProperties"],
  ["role: { name: a b }", "/role/name pattern"],
  ["role: { max_session_duration: 3599 }", "/role/max_session_duration minimum"],
  ["role: { max_session_duration: 43201 }", "/role/max_session_duration maximum"],
  ['trust: { conditions: "yes" }', "/trust/conditions type"],
  ["policies: []", "/policies type"],
  ['s3_buckets: { x: { bucket: abc, purpose: scripts, prefix: "/" } }', "/s3_buckets/x/prefix not"],
  ["s3_buckets: { x: { bucket: ABC } }", "/s3_buckets/x/bucket pattern"],
  ["s3_buckets: { x: { bucket: abc, prefix: '', purpose: backup } }", "/s3_buckets/x/purpose enum"],
  [
    'log_groups: { x: { log_group_arn: "arn:aws:logs:eu-central-1:111111111111:log-group:a:*" } }',
    "/log_groups/x/log_group_arn pattern",
  ],
  ["log_groups: { x: { purpose: inventory } }", "/log_groups/x/purpose enum"],
  ["user_access: { x: { level: admin } }", "/user_access/x/level enum"],
  ["user_access: { x: { level: operator, node_tags: {}, groups: [a, b/c] } }", "/user_access/x/groups/1 pattern"],
  ["user_access: { x: { level: operator, node_tags: {}, groups: [a, a] } }", "/user_access/x/groups uniqueItems"],
  ['user_access: { x: { level: operator, node_tags: { Line: "*" } } }', "/user_access/x/node_tags/Line pattern"],
  ["activations: { x: { registration_limit: 1001 } }", "/activations/x/registration_limit maximum"],
  ["activations: { x: { expires_in_days: 31 } }", "/activations/x/expires_in_days maximum"],
  ['activations: { x: { expiration_date: "2026-12-24" } }', "/activations/x/expiration_date pattern"],
  ["state: { backend: gcs }", "/state/backend const"],
])("%s is underlined", (field, place) => {
  const text = oneAccount(field);
  expect(underlined(text)).toContain(`/accounts/a${place}`);
  expect(errorsOf(text)).not.toEqual([]);
});

test.each([
  ["an unknown key at the top", `${oneAccount()}default: {}\n`, " additionalProperties"],
  [
    "an id that is a number of eleven digits",
    oneAccount().replaceAll('"', "").replace("id: 1", "id: "),
    "/accounts/a/id minimum",
  ],
  ["an id of eleven digits", oneAccount().replace('"1', '"'), "/accounts/a/id pattern"],
  ["an unknown region", oneAccount().replace("central-1", "central-9"), "/accounts/a/region enum"],
  ["defaults with an id", `${oneAccount()}defaults: { id: "111111111111" }\n`, "/defaults additionalProperties"],
  ["a file without accounts", "defaults: {}\n", " required"],
])("%s is underlined", (_, text, place) => {
  expect(underlined(text)).toContain(place);
  expect(errorsOf(text)).not.toEqual([]);
});

test.each([
  [
    "null that removes a default",
    `defaults: { deploy_role_arn: "arn:aws:iam::111111111111:role/D", tags: { Owner: x }, cloudwatch_agent: { x: {} }, trust: { regions: [eu-west-1] } }
${oneAccount("deploy_role_arn: null", "tags: { Owner: null }", "cloudwatch_agent: { x: null }", "trust: { regions: null }")}`,
  ],
  [
    "a region from the defaults",
    `defaults: { region: eu-central-1 }\n${oneAccount().replace("    region: eu-central-1\n", "")}`,
  ],
  [
    "a partial state",
    `defaults: { state: { backend: s3, bucket: my-bucket } }\n${oneAccount("state: { key: mine.tfstate }")}`,
  ],
  ["a placeholder in a pattern", oneAccount('deploy_role_arn: "arn:{partition}:iam::{account_id}:role/D"')],
  [
    "a placeholder in an entry",
    oneAccount('s3_buckets: { x: { bucket: "logs-{account_id}", prefix: "", purpose: run_command } }'),
  ],
  ["a placeholder in place of a region", oneAccount('trust: { regions: ["{region}"] }')],
])("%s is not underlined", (_, text) => {
  expect(errorsOf(text)).toEqual([]);
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
    // The schema under else contains only requirements.
    for (const [key, inner] of Object.entries(schema)) if (!["if", "else"].includes(key)) walk(inner, `${path}.${key}`);
  };
  walk(fleetJsonSchema(), "");
  expect(bare).toEqual([]);
});
