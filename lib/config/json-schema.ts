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
  const accounts = part(schema.properties?.accounts);
  accounts.additionalProperties = { ...nullable(part(accounts.additionalProperties)), type: "object" };
  return { ...schema, title: "Accounts that get a Systems Manager service role for machines outside AWS" };
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A schema within another: JSON Schema also knows `true` and `false`, which allow all and nothing. */
function part(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === "object" ? schema : {};
}

/** The same schema, `null` allowed for whatever stands in it. */
function nullable(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, anyOf } = schema;
  const fields = Object.entries(properties ?? {}).map(([name, inner]) => [name, orNull(part(inner))]);
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(fields) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: orNull(additionalProperties) }),
    ...(anyOf && { anyOf: anyOf.map(nullable) }),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  const inner = nullable(schema);
  const { type, anyOf } = inner;
  if (inner.const !== undefined) return inner;
  return {
    ...inner,
    ...(type && { type: [type, "null" as const].flat() }),
    ...(anyOf ? { anyOf: [...anyOf, { type: "null" }] } : inner.enum && { enum: [...inner.enum, null] }),
  };
}
