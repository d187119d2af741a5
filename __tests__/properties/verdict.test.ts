import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import type { InputError } from "../../lib";
import { fleetJsonSchema } from "../../lib/config/json-schema";
import { spoilt, validAccount, validFleet } from "./fleet";
import { holdsFor } from "./property";
import { readText } from "./support";

const validate = new Ajv2020({ strictTypes: false }).compile(fleetJsonSchema());

/** Alternative forms of values, and values that are not set. */
const OTHER_FORMS = [
  null,
  true,
  false,
  {},
  [],
  "eu-central-1",
  ["eu-central-1"],
  " arn:aws:iam::111111111111:role/D ",
  "a/b/",
  4711,
  -1,
];

/**
 * Errors that JSON Schema cannot express, because they compare two fields or two accounts. They are found after errors of single fields,
 * on which both agree.
 */
const BETWEEN_FIELDS = new Set([
  ...["account_name", "activation_region", "activation_role", "duplicate_policy", "expiry", "foreign_log_group"],
  ...[
    "deploy_session",
    "foreign_policy",
    "ignored_tag",
    "log_access",
    "transitive_tag_keys",
    "node_tags",
    "node_tags_missing",
    "partition",
    "policy_name",
    "policy_size",
  ],
  ...["s3_access", "same_role", "service_role", "shared_state", "state_is_lock", "tag_twice", "too_many_policies"],
  ...["trust_policy_size", "user_access", "wrong_account"],
]);

/** Errors in the file's text, which JSON Schema does not see, and which hide other errors. */
const OF_TEXT = new Set(["hidden_character", "reserved_key", "template", "duplicate_key"]);

function isBetweenFields({ code, rule, value }: InputError): boolean {
  // JSON Schema compares case-sensitively.
  if (code === "named_twice") return new Set(value as string[]).size === (value as string[]).length;
  const ofDate = code === "expiration_date" && rule.startsWith("must be a valid calendar date");
  return BETWEEN_FIELDS.has(code) || ofDate || (code === "external_id" && rule.startsWith("requires deploy_role_arn"));
}

/** Returns the input, sometimes with an alternative form of one field. */
function otherwise(input: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(input, fc.nat(), fc.constantFrom(...OTHER_FORMS)).map(([value, at, form]) => {
    const places = leaves(value);
    const path = places[at % Math.max(places.length, 1)];
    return path && at % 3 > 0 ? replaced(value, path, form) : value;
  });
}

function leaves(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...leaves(inner).map((path) => [key, ...path])]);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], form: unknown): unknown {
  if (key === undefined) return form;
  const entries = Object.entries(value as object).map(([name, inner]) => [
    name,
    name === key ? replaced(inner, rest, form) : inner,
  ]);
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** Returns the verdicts on a file as JSON, and the errors that JSON Schema must find too. */
function verdicts(file: unknown) {
  const json = JSON.parse(JSON.stringify(file)) as unknown;
  const result = readText(JSON.stringify(json, null, 1));
  const errors: readonly InputError[] = Array.isArray(result) ? result : [];
  return {
    json,
    editor: validate(json),
    reader: errors.length === 0,
    errors: errors.filter((error) => !isBetweenFields(error)),
    // The editor cannot check a string that contains a placeholder.
    comparable:
      !errors.some(({ code }) => OF_TEXT.has(code)) &&
      !/\{(account_id|account_name|region|partition)\}/.test(JSON.stringify(json)),
  };
}

test("the JSON Schema and the file's reader agree on an account", () => {
  const seen = { right: 0, wrong: 0 };
  holdsFor(otherwise(spoilt(validAccount, 1)), { sample: 300, full: 20_000 }, (account) => {
    const { editor, reader, errors, json, comparable } = verdicts({ accounts: { a: account } });
    seen[editor ? "right" : "wrong"] += 1;
    if (!comparable) return;
    if (editor !== (errors.length === 0)) throw new Error(verdictText(json, editor, errors));
    if (reader) expect(editor).toBe(true);
  });
  expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(20);
});

test("with defaults, the editor accepts what the reader accepts, and misses at most a missing required field", () => {
  holdsFor(otherwise(spoilt(validFleet, 1)), { sample: 150, full: 10_000 }, (file) => {
    const { editor, reader, errors, json, comparable } = verdicts(file);
    if (!comparable) return;
    // The fields of a state depend on the backend, which may be in defaults.
    const wrong = errors.filter(({ code, field }) => code !== "missing" && !/^(defaults[.])?state/.test(field));
    if (editor ? wrong.length > 0 : reader) throw new Error(verdictText(json, editor, errors));
  });
});

function verdictText(json: unknown, editor: boolean, errors: readonly unknown[]): string {
  const ofEditor = validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
  return `${JSON.stringify(json)}: the editor reports ${editor ? "no error" : JSON.stringify(ofEditor)}, the reader ${JSON.stringify(errors)}`;
}
