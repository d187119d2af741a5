import type { z } from "zod";
import { accountSchema } from "../../lib/config/schema";
import { attributeNames, camelName, capital, inCamelCase } from "../../lib/input/names";
import { definition, unwrap } from "../../lib/input/schemas";

type Schema = z.core.$ZodType;

const NAMES = attributeNames(accountSchema);
const WIDTH = 120;

/** Returns the TypeScript interfaces of a schema's objects, with attributes in camelCase and the descriptions of the schema. */
export function interfaces(): string {
  const found = new Map<string, string>();
  interfaceOf("AccountProps", "One account as a program writes it.", accountSchema, found);
  return `// Written by npm run props from the schemas, because types that TypeScript derives from a schema have no descriptions.\n\n${[
    ...found.values(),
  ]
    .reverse()
    .join("\n")}`;
}

/** Adds the interfaces of an object and of the objects in it, and returns the name. */
function interfaceOf(name: string, description: string, outer: Schema, found: Map<string, string>): string {
  const def = definition(unwrap(outer));
  const shape = def.type === "object" ? def.shape : {};
  const attributes = Object.entries(shape).map(([field, schema]) => {
    const type = typeOf(field, schema, found);
    const optional = ["optional", "default", "prefault"].includes(definition(schema).type);
    const text = `${comment(describe(schema), "  ")}  readonly ${camelName(field)}${optional ? "?" : ""}: ${type}`;
    return `${text}${optional ? " | undefined" : ""};\n`;
  });
  found.set(name, `${comment(description, "")}export interface ${name} {\n${attributes.join("")}}\n`);
  return name;
}

function typeOf(field: string, outer: Schema, found: Map<string, string>): string {
  const schema = unwrap(outer);
  const def = definition(schema);
  switch (def.type) {
    case "object":
      return interfaceOf(`${pascal(field)}Props`, describe(outer), schema, found);
    case "record":
      return `Readonly<Record<string, ${
        definition(unwrap(def.valueType)).type === "object"
          ? interfaceOf(
              `${pascal(singular(field))}Entry`,
              `One entry of ${camelName(field)}. ${describe(outer)}`,
              def.valueType,
              found,
            )
          : "string"
      }>>`;
    case "union":
      return def.options.map((option) => optionOf(field, option, found)).join(" | ");
    case "array":
      return `readonly ${typeOf(field, def.element, found)}[]`;
    case "enum":
      return Object.values(def.entries)
        .map((value) => JSON.stringify(value))
        .join(" | ");
    case "literal":
      return JSON.stringify(def.values[0]);
    default:
      return def.type;
  }
}

/** Name of a union's member, from its backend: `S3StateProps`. */
function optionOf(field: string, option: Schema, found: Map<string, string>): string {
  const def = definition(option);
  const backend = def.type === "object" ? def.shape.backend : undefined;
  const [value] = backend ? [...(backend._zod.values ?? [])] : [];
  return interfaceOf(`${pascal(String(value))}${pascal(field)}Props`, backend ? describe(backend) : "", option, found);
}

/** Returns the description of a schema, with the default if the description lacks it. */
function describe(schema: Schema): string {
  const def = definition(schema);
  const text = inCamelCase((schema as z.ZodType).description ?? "", NAMES);
  const value = def.type === "default" ? def.defaultValue : undefined;
  return value === undefined || /Default/.test(text) ? text : `${text}\n@default ${JSON.stringify(value)}`;
}

function comment(text: string, indent: string): string {
  const lines = text.split("\n").flatMap((line) => wrapped(line, WIDTH - indent.length - 7));
  return lines.length === 1
    ? `${indent}/** ${text} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

/** Wraps a line at a number of characters. */
function wrapped(line: string, width: number): string[] {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1) as string;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const pascal = (field: string) => field.split("_").map(capital).join("");

function singular(field: string): string {
  return field.replace(/ies$/, "y").replace(/([^s])s$/, "$1");
}
