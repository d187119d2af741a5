import type { z } from "zod";
import { definition } from "./definition";

/** The camelCase form of a snake_case name. */
export type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** The camelCase form of a snake_case type; the keys of a map are the user's own and stay. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? readonly Camel<Item>[]
  : T extends object
    ? string extends keyof T
      ? { readonly [Key in keyof T]: Camel<T[Key]> }
      : { readonly [Key in keyof T as CamelName<Key & string>]: Camel<T[Key]> }
    : T;

/** The camelCase form of a snake_case name. */
export function camelName<Name extends string>(name: Name): CamelName<Name> {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) as CamelName<Name>;
}

/** Renames the attributes of a value that has the form of a schema from snake_case to camelCase. */
export function toCamel<Schema extends z.ZodType>(schema: Schema, value: z.output<Schema>): Camel<z.output<Schema>> {
  return rename(schema, value, "camel") as Camel<z.output<Schema>>;
}

/** Renames the attributes of a value from camelCase to the snake_case of a schema. */
export function toSnake<Schema extends z.ZodType>(schema: Schema, value: Camel<z.input<Schema>>): z.input<Schema> {
  return rename(schema, value, "snake") as z.input<Schema>;
}

/** Each attribute of a schema under its other name. */
interface Attributes {
  readonly camel: ReadonlyMap<string, readonly [name: string, schema: z.ZodType]>;
  readonly snake: ReadonlyMap<string, readonly [name: string, schema: z.ZodType]>;
}

const attributesOf = new WeakMap<z.ZodType, Attributes>();

function attributes(schema: z.ZodType): Attributes {
  const known = attributesOf.get(schema);
  if (known) return known;
  const { shape, options = [] } = definition(schema);
  const shapes = [shape, ...options.map((option) => definition(option).shape)];
  const all = shapes.flatMap((one) => Object.entries(one ?? {}));
  const made: Attributes = {
    camel: new Map(all.map(([name, inner]) => [name, [camelName(name), inner]])),
    snake: new Map(all.map(([name, inner]) => [camelName(name), [name, inner]])),
  };
  attributesOf.set(schema, made);
  return made;
}

function rename(schema: z.ZodType, value: unknown, to: keyof Attributes): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const def = definition(schema);
  if (def.innerType) return rename(def.innerType, value, to);
  const known = def.valueType ? undefined : attributes(schema)[to];
  // The keys of a map are the user's own; an attribute that the schema does not know stays, for the schema to refuse.
  const renamed = Object.entries(value).map(([key, inner]) => {
    const [name, next] = known?.get(key) ?? [key, def.valueType];
    return [name, next ? rename(next, inner, to) : inner];
  });
  return Object.fromEntries(renamed);
}
