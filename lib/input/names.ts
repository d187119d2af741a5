import type { z } from "zod";
import { definition, unwrap } from "./schemas";

export type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** The camelCase form of a snake_case type; the keys of a map keep their names. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? readonly Camel<Item>[]
  : T extends object
    ? string extends keyof T
      ? { readonly [Key in keyof T]: Camel<T[Key]> }
      : { readonly [Key in keyof T as CamelName<Key & string>]: Camel<T[Key]> }
    : T;

export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

export function camelName<Name extends string>(name: Name): CamelName<Name> {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) as CamelName<Name>;
}

// The casts of the next two functions: TypeScript cannot follow a schema at run time, as rename() does.

/** Renames the attributes of a value that has the form of a schema from snake_case to camelCase. */
export function toCamel<Schema extends z.ZodType>(schema: Schema, value: z.output<Schema>): Camel<z.output<Schema>> {
  return rename(schema, value, "camel") as Camel<z.output<Schema>>;
}

/** Renames the attributes of a value from camelCase to the snake_case of a schema. */
export function toSnake<Schema extends z.ZodType>(schema: Schema, value: Camel<z.input<Schema>>): z.input<Schema> {
  return rename(schema, value, "snake") as z.input<Schema>;
}

/** The attributes of an object, or of all options of a union. */
function fields(schema: z.core.$ZodType): [name: string, schema: z.core.$ZodType][] {
  const def = definition(schema);
  return def.type === "object" ? Object.entries(def.shape) : def.type === "union" ? def.options.flatMap(fields) : [];
}

function rename(schema: z.core.$ZodType, value: unknown, to: "camel" | "snake"): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const unwrapped = unwrap(schema);
  const def = definition(unwrapped);
  const renamed = new Map(
    fields(unwrapped).map(([name, inner]): [string, readonly [string, z.core.$ZodType]] => {
      const camel = camelName(name);
      return to === "camel" ? [name, [camel, inner]] : [camel, [name, inner]];
    }),
  );
  // The keys of a map keep their names. So do unknown attributes, which the schema then rejects.
  const entries = Object.entries(value).map(([key, inner]) => {
    const [name, next] = renamed.get(key) ?? [key, def.type === "record" ? def.valueType : undefined];
    return [name, next ? rename(next, inner, to) : inner];
  });
  return Object.fromEntries(entries);
}
