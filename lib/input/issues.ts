import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type InputError, show } from "./errors";
import { exampleOf } from "./examples";
import type { RuleParams } from "./rules";
import { definition, optionOf, ruleOf, unwrap } from "./schemas";

/** An error with the path of its field, which locates it in the file. */
export interface FieldError extends InputError {
  readonly path: readonly string[];
  /** The error is in the key itself, not in its value. */
  readonly inKey?: boolean;
}

export type Finding = Omit<FieldError, "path" | "field">;

/** Formats a path for errors: `role.name`, `s3_buckets["logs"].bucket`. */
export function fieldName(path: readonly (string | number | symbol)[]): string {
  return path
    .map(String)
    .map((part, index) => (/^[a-z_][a-z0-9_]*$/.test(part) ? `${index > 0 ? "." : ""}${part}` : `[${show(part)}]`))
    .join("");
}

export function errorAt(path: readonly string[], finding: Finding): FieldError {
  return { path, field: fieldName(path), ...finding };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const known = typeof inner === "object" && inner !== null && Object.hasOwn(inner, key);
    return known ? (inner as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** Names of zod's types in messages. */
const KINDS: Readonly<Record<string, string>> = {
  record: "a map",
  object: "a map",
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  string: "a string",
};

/** Converts zod's issues to errors with path, value, rule and fix. */
export function fieldErrors(
  schema: z.core.$ZodType,
  value: unknown,
  error: z.core.$ZodError | undefined,
): FieldError[] {
  return (error?.issues ?? []).flatMap((issue) => errorsOfIssue(schema, value, issue));
}

function errorsOfIssue(
  schema: z.core.$ZodType,
  root: unknown,
  issue: z.core.$ZodIssue,
  path = issue.path.map(String),
  value = at(root, path),
): FieldError[] {
  switch (issue.code) {
    case "custom": {
      // Every check has the data of a rule: see rules.ts.
      const { code, known = [], fix: general, fixFor, page, key: keyOf } = issue.params as RuleParams;
      const fix = typeof value === "string" ? (fixFor?.(value) ?? suggestion(value, known, general)) : general;
      const finding = { code, rule: `${issue.message}.`, fix, ...(page && { page }) };
      const key = keyOf?.(value as object);
      return [
        key === undefined ? errorAt(path, { ...finding, value }) : { ...errorAt([...path, key], finding), inKey: true },
      ];
    }
    case "unrecognized_keys": {
      const found = schemaAt(schema, root, path);
      const def = found && definition(found);
      const known = def?.type === "object" ? Object.keys(def.shape) : [];
      return issue.keys.map((key) => unknownKey([...path, key], known));
    }
    case "invalid_key": {
      const ofKey = issue.issues.slice(0, 1).flatMap((inner) => errorsOfIssue(schema, root, inner, path, path.at(-1)));
      // zod does not check the entry of an invalid key. Check it here, to report all errors at once.
      const entry = schemaAt(schema, root, path);
      const inEntry = entry ? (z.safeParse(entry, value).error?.issues ?? []) : [];
      return [
        ...ofKey.map((about) => ({ ...about, inKey: true })),
        ...inEntry.flatMap((inner) => errorsOfIssue(schema, root, inner, [...path, ...inner.path.map(String)])),
      ];
    }
    case "invalid_type":
      return [errorAt(path, wrongType(value, issue.expected, whatToWrite(schema, root, path, value)))];
    case "invalid_value":
    case "invalid_union": {
      const choices = "values" in issue ? issue.values : "options" in issue ? (issue.options ?? []) : [];
      return [errorAt(path, wrongChoice(path.at(-1) ?? "", value, choices.map(String)))];
    }
    default:
      return [errorAt(path, { code: issue.code, value, rule: `${issue.message}.`, fix: "Correct the value." })];
  }
}

/** Returns the error for an unknown key. */
export function unknownKey(path: readonly string[], known: readonly string[]): FieldError {
  const fix = suggestion(path.at(-1) ?? "", known);
  return { ...errorAt(path, { code: "unknown_key", rule: `must be one of ${known.join(", ")}.`, fix }), inKey: true };
}

function wrongChoice(name: string, value: unknown, choices: readonly string[]): Finding {
  const oneOf = `one of ${choices.join(", ")}.`;
  if (value === undefined)
    return { code: "missing", rule: `is required: ${oneOf}`, fix: `Write ${name}: ${choices[0]}.` };
  const fix = typeof value === "string" ? suggestion(value, choices) : `Write ${name}: ${choices[0]}.`;
  return { code: "unknown_value", value, rule: `must be ${oneOf}`, fix };
}

/** Returns what to write at a path, as `name: value`. */
function whatToWrite(schema: z.core.$ZodType, root: unknown, path: readonly string[], value: unknown): string {
  const [name, parent] = [path.at(-1), schemaAt(schema, root, path.slice(0, -1))];
  const def = parent && definition(parent);
  const field = name !== undefined && def?.type === "object" ? def.shape[name] : undefined;
  const found = field ?? schemaAt(schema, root, path);
  const example = found ? exampleOf(found, value) : "a value";
  const empty = found && value === undefined ? ruleOf(found)?.empty : undefined;
  const text = name === undefined || def?.type === "array" ? example : `${name}: ${example}`;
  return empty ? `${text}, or ${name}: "" for ${empty}` : text;
}

function wrongType(value: unknown, expected: string, write: string): Finding {
  if (value === undefined) return { code: "missing", rule: "is required.", fix: `Write ${write}.` };
  if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    const rule = `must be a string, not a ${typeof value}.`;
    return { code: "wrong_type", value, rule, fix: `Put it in quotes: "${value}".` };
  }
  return { code: "wrong_type", value, rule: `must be ${KINDS[expected] ?? `a ${expected}`}.`, fix: `Write ${write}.` };
}

function schemaAt(outer: z.core.$ZodType, value: unknown, path: readonly string[]): z.core.$ZodType | undefined {
  const schema = unwrap(outer);
  const def = definition(schema);
  const chosen = optionOf(schema, value);
  if (chosen) return schemaAt(chosen, value, path);
  if (path.length === 0) return schema;
  const [key = "", ...rest] = path;
  const next = def.type === "record" ? def.valueType : def.type === "object" ? def.shape[key] : undefined;
  return next && schemaAt(next, at(value, [key]), rest);
}

/** Returns the fix for an unknown name: the nearest known name. */
export function suggestion(
  name: string,
  known: readonly string[],
  otherwise = "Remove it, or write one of these.",
): string {
  const matches = name.length > 2 ? known.filter((one) => one.startsWith(name)) : [];
  if (matches.length === 1) return `Did you mean ${matches[0]}?`;
  const nearest = known.length > 0 ? closest(name, known as string[]) : undefined;
  return nearest !== undefined && distance(name, nearest) <= Math.max(2, Math.ceil(name.length / 3))
    ? `Did you mean ${nearest}?`
    : otherwise;
}
