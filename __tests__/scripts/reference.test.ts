import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { accountsReference } from "../../scripts/support/reference";
import { errorsOf, oneAccount } from "../support";

const page = readFileSync("docs/accounts.md", "utf8");
/** The fields in the committed JSON Schema. */
const { properties } = JSON.parse(readFileSync("accounts.schema.json", "utf8")).properties.accounts
  .additionalProperties;
const examples = [...page.matchAll(/```yaml\n([^`]+)\n```/g)].map(([, yaml]) => yaml as string);

test("the committed page is current", () => {
  expect(page).toBe(accountsReference());
});

test("the page contains every field of an account", () => {
  for (const name of Object.keys(properties)) expect(page).toContain(`\n| \`${name}\` |`);
});

test("the page has an example for each feature map", () => {
  const maps =
    readFileSync("lib/features/features.ts", "utf8").match(/^import \{ \w+ \} from "\.\/[a-z0-9-]+";$/gm) ?? [];
  expect(maps.length).toBeGreaterThan(0);
  expect(examples).toHaveLength(maps.length);
});

test.each(examples)("the example is valid: %s", (yaml) => {
  expect(Object.values(parse(yaml))[0]).not.toEqual({});
  expect(errorsOf(oneAccount(yaml))).toEqual([]);
});
