import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { definition } from "./definition";
import { type Fault, show } from "./errors";
import type { RuleParams } from "./rules";

/** A fault together with the path of its field, by which it is found in the file. */
export interface PathFault extends Fault {
  readonly path: readonly string[];
  /** The fault is in the key itself, not in its value. */
  readonly inKey?: boolean;
}

/** Writes a path as a person would: `role.name`, `s3_buckets["logs"].bucket`. */
export function fieldName(path: readonly (string | number | symbol)[]): string {
  return path
    .map(String)
    .map((part, index) => (/^[a-z_][a-z0-9_]*$/.test(part) ? `${index > 0 ? "." : ""}${part}` : `[${show(part)}]`))
    .join("");
}

/** A fault of the field at a path. */
export function faultAt(path: readonly string[], rest: Omit<PathFault, "path" | "field">): PathFault {
  return { path, field: fieldName(path), ...rest };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const known = typeof inner === "object" && inner !== null && Object.hasOwn(inner, key);
    return known ? (inner as Record<string, unknown>)[key] : undefined;
  }, value);
}

const A_AN = /^[aeiou]/;

function kind(expected: string): string {
  const name =
    { record: "mapping", object: "mapping", array: "list", int: "whole number", string: "text" }[expected] ?? expected;
  return `${A_AN.test(name) ? "an" : "a"} ${name}`;
}

/** Turns what zod found into faults: each with the value, the rule and the way out. */
export function pathFaults(schema: z.ZodType, value: unknown, error: z.ZodError): PathFault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(schema, value, issue));
}

function faultsOfIssue(
  schema: z.ZodType,
  root: unknown,
  issue: z.core.$ZodIssue,
  value = at(root, issue.path.map(String)),
): PathFault[] {
  const path = issue.path.map(String);
  const fault = (rest: Omit<Fault, "field">, where = path): PathFault => ({
    field: fieldName(where),
    path: where,
    ...rest,
  });
  switch (issue.code) {
    case "custom": {
      const { code, known, fix, page } = issue.params as RuleParams;
      const way = known && typeof value === "string" ? suggestion(value, known, fix) : fix;
      return [fault({ code, value, rule: `${issue.message}.`, fix: way, ...(page && { page }) })];
    }
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        ...fault(
          {
            code: "unknown_key",
            rule: `must be one of ${knownKeys(schema, root, path).join(", ")}.`,
            fix: suggestion(key, knownKeys(schema, root, path)),
          },
          [...path, key],
        ),
        inKey: true,
      }));
    case "invalid_key": {
      // zod stops at the key: its entry is checked here, so that nobody has to come twice.
      const ofKey = issue.issues
        .slice(0, 1)
        .flatMap((inner) =>
          faultsOfIssue(schema, root, { ...inner, path: issue.path } as z.core.$ZodIssue, path.at(-1)),
        );
      const entry = schemaAt(schema, root, path);
      const error = entry?.safeParse(value).error;
      return [
        ...ofKey.map((about) => ({ ...about, inKey: true })),
        ...(error?.issues ?? []).flatMap((inner) =>
          faultsOfIssue(schema, root, { ...inner, path: [...path, ...inner.path] }),
        ),
      ];
    }
    case "invalid_type":
      return [fault(wrongType(value, issue.expected))];
    case "invalid_value":
    case "invalid_union": {
      const choices: readonly unknown[] =
        issue.code === "invalid_value" ? issue.values : ((issue as Choices).options ?? []);
      const rule = `must be one of ${choices.map(String).join(", ")}.`;
      if (value === undefined)
        return [fault({ code: "missing", rule: `must be there, and ${rule.slice(5)}`, fix: "Add it." })];
      const fix = typeof value === "string" ? suggestion(value, choices.map(String)) : "Write one of these.";
      return [fault({ code: "unknown_value", value, rule, fix })];
    }
    default:
      return [fault({ code: issue.code, value, rule: `${issue.message}.`, fix: "Correct the value." })];
  }
}

/** zod names the values that it would take, but not in its type. */
interface Choices {
  readonly options?: readonly unknown[];
}

function wrongType(value: unknown, expected: string): Omit<Fault, "field"> {
  const code = "wrong_type";
  const rule = `must be ${kind(expected)}.`;
  if (value === undefined) return { code: "missing", rule: "must be there.", fix: `Add it: ${kind(expected)}.` };
  if (value === null) {
    return {
      code: "empty",
      value,
      rule,
      fix: "Nothing is written here: write the value, {} for an entry without settings, or remove the key.",
    };
  }
  const quoted = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  return {
    code,
    value,
    rule: quoted ? `must be a text, and YAML reads this as a ${typeof value}.` : rule,
    fix: quoted ? `Put it in quotes: "${value}".` : `Write ${kind(expected)}.`,
  };
}

/** The schema of the value at a path. */
function schemaAt(schema: z.ZodType, value: unknown, path: readonly string[]): z.ZodType | undefined {
  const { innerType, options, discriminator = "", valueType, shape } = definition(schema);
  if (innerType) return schemaAt(innerType, value, path);
  if (options) {
    const chosen = options.find((option) => {
      const literal = definition(option).shape?.[discriminator];
      return literal && definition(literal).values?.includes(at(value, [discriminator]));
    });
    return chosen && schemaAt(chosen, value, path);
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const next = valueType ?? shape?.[key];
  return next && schemaAt(next, at(value, [key]), rest);
}

function knownKeys(schema: z.ZodType, value: unknown, path: readonly string[]): string[] {
  const found = schemaAt(schema, value, path);
  return Object.keys((found && definition(found).shape) ?? {});
}

/** The way out of an unknown name: the nearest one that is known. */
export function suggestion(
  name: string,
  known: readonly string[],
  otherwise = "Remove it, or write one of these.",
): string {
  const nearest = known.length > 0 ? closest(name, known as string[]) : undefined;
  return nearest !== undefined && distance(name, nearest) <= Math.max(2, Math.ceil(name.length / 3))
    ? `Did you mean ${nearest}?`
    : otherwise;
}
