import { z } from "zod";
import { isOptional } from "./examples";
import { definition, discriminatorOf, optionOf, ruleOf, unwrap } from "./schemas";

/** A mapping of the file. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A value in the form that its schema takes, over what it inherits from the defaults, which have that form already. Mappings are merged
 * field by field, as a JSON Merge Patch is (RFC 7396), everything else as a whole; an empty map of entries empties what it inherits. What
 * has one other form is taken: see {@link otherForm}.
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

/** Whether a key may stand in a mapping: what is null is not set, but a misspelt name stays, to be refused. */
function takesKey(schema: z.core.$ZodType, key: string, field: z.core.$ZodType | undefined): boolean {
  const def = definition(schema);
  // A placeholder in a key is filled in later.
  return def.type === "record" ? key.includes("{") || z.safeParse(def.keyType, key).success : field !== undefined;
}

/** Whether a mapping takes the place of what it inherits: an empty map of entries, and a state with another backend. */
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
 * What people write instead, where it has one reading and widens nothing: a string for a list of one, true for a map with the entry
 * `default`, or for what is inherited, false for an empty map, a list of keys for a map whose entries need nothing, spaces around an ARN, a
 * / at the end of a prefix, a number as a tag's value.
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
      // An entry that the defaults narrow stays as narrow.
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

/** Whether a schema is a map of entries with fields of their own, as each feature's is. */
export function isEntries(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  return def.type === "record" && definition(def.valueType).type === "object";
}

/** Whether a list of keys may stand for the map: its entries need nothing. */
export function takesKeys(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  const entry = def.type === "record" ? definition(def.valueType) : undefined;
  return entry?.type === "object" && Object.values(entry.shape).every(isOptional);
}

/** Whether true may stand for the map with one entry, `default`. */
export function takesTrue(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  return takesKeys(schema) && def.type === "record" && ruleOf(def.keyType)?.pattern?.test("default") === true;
}
