import type { z } from "zod";
import { definition, discriminatorOf, optionOf, ruleOf, unwrap } from "./schemas";

/**
 * Returns an example for a schema as one line of YAML: a valid value. It contains the given value if that has only one possible
 * meaning.
 * @param given - the current value. @default - none
 */
export function exampleOf(outer: z.core.$ZodType, given?: unknown): string {
  const schema = unwrap(outer);
  const def = definition(schema);
  switch (def.type) {
    case "record": {
      const key = written(ruleOf(def.keyType)?.example ?? "default");
      const entry = exampleOf(def.valueType);
      // A list of keys, if an entry requires no fields.
      if (Array.isArray(given) && given.length > 0 && given.every(isText) && entry === "{}") {
        return flow(given.map((one) => `${written(one)}: {}`));
      }
      return flow([
        `${key}: ${exampleOf(def.valueType, isText(given) && !SWITCHED_ON.test(given) ? given : undefined)}`,
      ]);
    }
    case "object": {
      const fields = Object.entries(def.shape);
      const required = fields.filter(([, field]) => !isOptional(field));
      const [only] = required.length > 0 ? required : fields;
      // One string, if only one field accepts a string.
      if (
        isText(given) &&
        only &&
        Math.max(required.length, 1) === 1 &&
        definition(unwrap(only[1])).type === "string"
      ) {
        return flow([`${only[0]}: ${written(given)}`]);
      }
      return flow(required.map(([name, field]) => `${name}: ${exampleOf(field)}`));
    }
    case "union": {
      const name = discriminatorOf(schema);
      // Only the name, as in state: s3.
      const chosen = name === undefined ? undefined : optionOf(schema, { [name]: given });
      return exampleOf(chosen ?? (def.options[0] as z.core.$ZodType));
    }
    case "array":
      return `[${isText(given) ? written(given) : exampleOf(def.element)}]`;
    case "enum":
      return written(String(Object.values(def.entries)[0]));
    case "literal":
      return written(String(def.values[0]));
    case "boolean":
      // An invalid value must not turn a setting on.
      return SWITCHED_ON.test(String(given)) ? "true" : "false";
    case "number":
      // "7" and 07 are strings.
      return isText(given) && /^[0-9]+$/.test(given) ? String(Number(given)) : String(ruleOf(schema)?.example ?? 1);
    default:
      return placeholderIn(given) ?? written(ruleOf(schema)?.example ?? "text");
  }
}

const SWITCHED_ON = /^(yes|on|true|1)$/i;

/** Returns whether a field is optional. */
export function isOptional(schema: z.core.$ZodType): boolean {
  return ["optional", "default", "prefault"].includes(definition(schema).type);
}

/** Returns the placeholder that was written without quotes. YAML reads `{account_id}` as a map. */
function placeholderIn(given: unknown): string | undefined {
  const [entry, ...others] = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return entry && others.length === 0 && entry[1] === null ? `"{${entry[0]}}"` : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function flow(entries: readonly string[]): string {
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Returns a string as YAML accepts it inside braces. */
function written(text: string): string {
  return /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) ? text : JSON.stringify(text);
}
