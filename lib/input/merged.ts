import { z } from "zod";
import { isOptional } from "./examples";
import { definition, discriminatorOf, optionOf, ruleOf, unwrap } from "./schemas";

/** A mapping in the file. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns a value in the form of its schema, merged into the value that it inherits from the defaults, which has that form already.
 * Mappings are merged field by field, like a JSON Merge Patch (RFC 7396). Other values are replaced as a whole. An empty map of entries
 * removes all inherited entries. Alternative forms are accepted: see {@link otherForm}.
 */
export function merged(outer: z.core.$ZodType, given: unknown, inherited?: unknown): unknown {
  const schema = unwrap(outer);
  const value = otherForm(schema, given, inherited);
  if (Array.isArray(value)) {
    const def = definition(schema);
    return def.type === "array" ? value.map((item) => merged(def.element, item)) : value;
  }
  if (!isFields(value) || !["object", "record", "union"].includes(definition(schema).type)) return value;
  const starts = !isFields(inherited) || Array.isArray(given) || replaces(schema, value, inherited);
  const result = new Map(starts ? [] : Object.entries(inherited));
  const chosen = optionOf(schema, value) ?? optionOf(schema, inherited) ?? schema;
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldOf(chosen, key);
    if (inner === null && takesKey(schema, key, field)) result.delete(key);
    else result.set(key, field ? merged(field, inner, result.get(key)) : inner);
  }
  // Not by assignment: a key such as __proto__ must stay a key.
  return Object.fromEntries(result);
}

/** Returns whether a mapping accepts a key. A known key with null is unset. A misspelled key stays, so that it is rejected. */
function takesKey(schema: z.core.$ZodType, key: string, field: z.core.$ZodType | undefined): boolean {
  const def = definition(schema);
  // A placeholder in a key is replaced later.
  return def.type === "record" ? key.includes("{") || z.safeParse(def.keyType, key).success : field !== undefined;
}

/** Returns whether a mapping replaces the inherited one: an empty map of entries, or a state with another backend. */
function replaces(schema: z.core.$ZodType, value: Fields, inherited: Fields): boolean {
  if (definition(schema).type === "record") return Object.keys(value).length === 0;
  const name = discriminatorOf(schema);
  return name !== undefined && name in value && name in inherited && value[name] !== inherited[name];
}

function fieldOf(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const def = definition(schema);
  if (def.type === "record") return def.valueType;
  return def.type === "object" && Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
}

/**
 * Converts alternative forms that have only one meaning and grant nothing more: a string for a list of one; true for a map with the
 * entry `default`, or for the inherited map; false for an empty map; a list of keys for a map whose entries have no required fields;
 * spaces around an ARN; a / at the end of a prefix; a number as a tag's value.
 */
function otherForm(schema: z.core.$ZodType, value: unknown, inherited: unknown): unknown {
  const def = definition(schema);
  if (def.type === "array") return typeof value === "string" ? [value] : value;
  if (def.type === "record") {
    if (value === false && isEntries(schema)) return {};
    if (value === true && takesTrue(schema)) {
      return isFields(inherited) && Object.keys(inherited).length > 0 ? inherited : { default: {} };
    }
    if (Array.isArray(value) && takesKeys(schema) && value.every((key) => typeof key === "string")) {
      // An entry keeps the restrictions from the defaults.
      const known = new Map(isFields(inherited) ? Object.entries(inherited) : []);
      return Object.fromEntries(value.map((key) => [key, known.get(key) ?? {}]));
    }
    return value;
  }
  if (def.type !== "string") return value;
  const { trims, takesNumber } = ruleOf(schema) ?? {};
  if (typeof value === "number" && takesNumber) return String(value);
  if (typeof value !== "string" || trims === undefined) return value;
  return trims === "spaces" ? value.trim() : value.replace(/(.)\/$/, "$1");
}

/** Returns whether a schema is a map of entries with fields, like that of each feature. */
export function isEntries(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  return def.type === "record" && definition(def.valueType).type === "object";
}

/** Returns whether a list of keys is accepted for the map: its entries have no required fields. */
export function takesKeys(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  const entry = def.type === "record" ? definition(def.valueType) : undefined;
  return entry?.type === "object" && Object.values(entry.shape).every(isOptional);
}

/** Returns whether true is accepted for the map with one entry, `default`. */
export function takesTrue(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  return takesKeys(schema) && def.type === "record" && ruleOf(def.keyType)?.pattern?.test("default") === true;
}
