import { z } from "zod";
import { isOptional } from "../input/examples";
import { isEntries, takesKeys, takesTrue } from "../input/merged";
import { definition, unwrap } from "../input/schemas";
import { accountSchema, fleetSchema } from "./schema";

type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * Returns the file's JSON Schema, draft 2020-12, for editors. It agrees with the file's reader, except for rules that compare two
 * fields. If the file has `defaults`, they may set any field of an account.
 */
export function fleetJsonSchema(): object {
  const schema = z.toJSONSchema(fleetSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === fleetSchema) jsonSchema.patternProperties = { "^x-": {} };
      else delete jsonSchema.required;
      if (zodSchema !== fleetSchema.shape.accounts) takeOtherForms(zodSchema, jsonSchema);
      // Without required fields, a partial state may match more than one backend.
      if (jsonSchema.oneOf) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
    },
  });
  // The casts are safe: the shape is that of fleetSchema.
  const { defaults, accounts } = schema.properties as Record<"defaults" | "accounts", JsonSchema>;
  const account = accounts.additionalProperties as JsonSchema;
  const { id } = account.properties as Record<"id", JsonSchema>;
  const idType = id.type;
  for (const part of [defaults, account]) allowNull(part);
  nullable(defaults);
  // defaults cannot set the id.
  Object.assign(account, { required: ["id"] });
  Object.assign(id, { type: idType });
  accounts.minProperties = 1;
  return {
    ...schema,
    title: "Accounts that get a Systems Manager service role for machines outside AWS",
    // Required fields of an account if there are no defaults.
    if: { required: ["defaults"], properties: { defaults: { type: "object" } } },
    else: { properties: { accounts: { additionalProperties: required(accountSchema) } } },
  };
}

/** Adds the alternative forms that `merged` accepts. A JSON Schema keyword constrains only values of its own type. */
function takeOtherForms(schema: z.core.$ZodType, json: JsonSchema): void {
  const items = json.items as JsonSchema;
  if (definition(schema).type === "array")
    Object.assign(json, { ...items, ...json, type: ["array", items.type].flat() });
  if (!isEntries(schema)) return;
  json.type = ["object", "boolean", ...(takesKeys(schema) ? ["array"] : [])] as never; // JSON Schema allows a list of types.
  if (takesKeys(schema)) json.items = json.propertyNames as JsonSchema;
  if (!takesTrue(schema)) json.not = { const: true };
}

/** Allows `null` for every field and entry of a schema, at any depth. */
function allowNull({ properties = {}, additionalProperties, anyOf = [] }: JsonSchema): void {
  for (const option of anyOf) allowNull(option);
  for (const inner of [...Object.values(properties), additionalProperties]) {
    // A schema may also be `true` or `false`. A constant, the name of a backend, stays required.
    if (typeof inner !== "object" || inner.const !== undefined) continue;
    allowNull(inner);
    nullable(inner);
  }
}

function nullable(json: JsonSchema): void {
  if (json.type) json.type = [json.type, "null" as const].flat() as never;
  if (json.anyOf) json.anyOf.push({ type: "null" });
  else json.enum?.push(null);
}

/** Returns only the requirements of a schema. */
function required(outer: z.core.$ZodType): JsonSchema {
  const def = definition(unwrap(outer));
  if (def.type === "literal") return { const: def.values[0] as string };
  if (def.type === "record") return without({ additionalProperties: required(def.valueType) });
  if (def.type === "union") return { anyOf: def.options.map(required) };
  if (def.type !== "object") return {};
  const fields = Object.entries(def.shape);
  const names = fields.filter(([, field]) => !isOptional(field)).map(([name]) => name);
  const inside = fields.map(([name, field]): [string, JsonSchema] => [
    name,
    { ...required(field), ...(names.includes(name) && { not: { type: "null" } }) },
  ]);
  return without({ required: names, properties: without(Object.fromEntries(inside)) });
}

/** Removes empty parts. */
function without(parts: Readonly<Record<string, object>>): JsonSchema {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
}
