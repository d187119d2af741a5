import { z } from "zod";
import { fleetSchema } from "./schema";

/**
 * The file's shape for editors, as JSON Schema draft 2020-12. It asks for less than the file's reader: any field may come from
 * `defaults`, and an account's `null` removes what stands there.
 */
export function fleetJsonSchema(): object {
  const schema = z.toJSONSchema(fleetSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== fleetSchema) delete jsonSchema.required;
      // With nothing required, a part of a state may fit more than one backend.
      if (jsonSchema.oneOf) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
    },
  });
  const accounts = schema.properties?.accounts as JsonSchema;
  allowNull(accounts.additionalProperties as JsonSchema);
  return { ...schema, title: "Accounts that get a Systems Manager service role for machines outside AWS" };
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Allows `null` for every field and entry of a schema, at any depth. */
function allowNull({ properties = {}, additionalProperties, anyOf = [] }: JsonSchema): void {
  for (const option of anyOf) allowNull(option);
  for (const inner of [...Object.values(properties), additionalProperties]) {
    // JSON Schema also knows `true` and `false`. A constant, the name of a backend, stays required.
    if (typeof inner !== "object" || inner.const !== undefined) continue;
    allowNull(inner);
    if (inner.type) inner.type = [inner.type, "null" as const].flat();
    if (inner.anyOf) inner.anyOf.push({ type: "null" });
    else inner.enum?.push(null);
  }
}
