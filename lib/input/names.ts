import type { z } from "zod";
import { type FieldError, fieldName, unknownKey } from "./issues";
import { definition, unwrap } from "./schemas";

/** Name of a field in a program: camelCase. An account's `id` is `accountId`, because each construct has its own id. */
export type CamelName<Name extends string> = Name extends "id"
  ? "accountId"
  : Name extends `${infer Head}_${infer Tail}`
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
  const camel = name === "id" ? "accountId" : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return camel as CamelName<Name>;
}

// The next two functions cast, because TypeScript cannot follow a schema at run time as rename() does.

/** Renames the attributes of a value from the snake_case of a schema to camelCase. */
export function toCamel<Schema extends z.ZodType>(schema: Schema, value: z.output<Schema>): Camel<z.output<Schema>> {
  return rename(schema, value, "camel") as Camel<z.output<Schema>>;
}

/** Renames the attributes of a value from camelCase to the snake_case of a schema. */
export function toSnake<Schema extends z.ZodType>(schema: Schema, value: Camel<z.input<Schema>>): z.input<Schema> {
  return rename(schema, value, "snake") as z.input<Schema>;
}

/** Returns the attributes of an object, or of all options of a union. */
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
  // A name in snake_case would pass the schema. In camelCase the schema rejects it.
  const unknown = (key: string) =>
    to === "snake" && fields(unwrapped).some(([name]) => name === key) ? camelName(key) : key;
  // The keys of a map keep their names. So do unknown attributes, which the schema then rejects.
  const entries = Object.entries(value).map(([key, inner]) => {
    const [name, next] = renamed.get(key) ?? [unknown(key), def.type === "record" ? def.valueType : undefined];
    return [name, next ? rename(next, inner, to) : inner];
  });
  return Object.fromEntries(entries);
}

/** Returns the names of a schema's attributes, at any depth, that differ in camelCase. */
export function attributeNames(outer: z.core.$ZodType): ReadonlySet<string> {
  const schema = unwrap(outer);
  const def = definition(schema);
  const inside = def.type === "record" ? [def.valueType] : fields(schema).map(([, inner]) => inner);
  const own = fields(schema).map(([name]) => name);
  return new Set([
    ...own.filter((name) => name.includes("_")),
    ...inside.flatMap((inner) => [...attributeNames(inner)]),
  ]);
}

/** Converts the attribute names in a sentence to camelCase. Values such as `run_command` stay. */
export function inCamelCase(text: string, names: ReadonlySet<string>): string {
  return text.replace(/(?<!provider's )\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g, (name) =>
    names.has(name) ? camelName(name) : name,
  );
}

/**
 * Converts an error for a program: attribute names in camelCase, and the value to write in TypeScript syntax.
 * @param schema - schema of the value in which the error's path begins
 */
export function inProgram<Found extends FieldError>(schema: z.core.$ZodType, error: Found): Found {
  const names = attributeNames(schema);
  const [field, at] = programField(schema, error.path);
  const converted = { ...error, field, ...(at && "value" in error && { value: rename(at, error.value, "camel") }) };
  // The nearest name may differ among camelCase names.
  if (error.code === "unknown_key") {
    const [, around] = programField(schema, error.path.slice(0, -1));
    const attributes = around ? fields(unwrap(around)).map(([name]) => name) : [];
    const { rule, fix } = unknownKey(error.path, [...new Set(attributes.map((name) => camelName(name)))]);
    // rename() gives an attribute in snake_case the name in camelCase.
    const key = error.path.at(-1) as string;
    const written = attributes.find((name) => camelName(name) === key) ?? key;
    return { ...converted, field: field.slice(0, field.length - key.length) + written, rule, fix };
  }
  const rule = inCamelCase(error.rule, names);
  const fix = inCamelCase(error.fix, names)
    .replace(/^Write id: /, "Write accountId: ")
    .replace(/^Write .*/, (text) =>
      text
        .replace(/(: |\[|, )(?!true\b|false\b|[0-9])([\w/.-]+)(?=,| \}|\]|\.$)/g, '$1"$2"')
        .replace(/([{,] )(\w+-[\w-]+)(?=: )/g, '$1"$2"'),
    );
  return { ...converted, rule, fix };
}

/** Returns a path as a program writes it, `s3Buckets["logs"].putObjectAcl`, and the schema at that path. */
function programField(
  outer: z.core.$ZodType | undefined,
  [part, ...rest]: readonly string[],
  text = "",
): [field: string, schema: z.core.$ZodType | undefined] {
  if (part === undefined) return [text, outer];
  const schema = outer && unwrap(outer);
  const def = schema && definition(schema);
  const known = (schema ? fields(schema) : []).find(([name]) => name === part);
  if (def?.type === "array") return programField(def.element, rest, `${text}[${part}]`);
  // An unknown attribute keeps its name, like the key of a map.
  const isName = known !== undefined || def?.type === "object";
  const shown = isName ? `.${known ? camelName(part) : part}` : fieldName(["x", part]).slice(1);
  const inner = known?.[1] ?? (def?.type === "record" ? def.valueType : undefined);
  return programField(inner, rest, text === "" ? shown.replace(/^[.]/, "") : `${text}${shown}`);
}
