import type { z } from "zod";
import { accountSchema } from "../../lib/config/schema";
import { FEATURES } from "../../lib/features/features";
import { exampleOf, isOptional } from "../../lib/input/examples";
import { definition, discriminatorOf, ruleOf, unwrap } from "../../lib/input/schemas";
import { table } from "./markdown";

type Schema = z.core.$ZodType;

const HEAD = `# accounts.yaml

All fields of an account, with type, default and the page of AWS or Terraform. Written by \`npm run reference\` from the schema in \`lib/config/schema.ts\`.

- \`defaults\` accepts the same fields, except \`id\`. They apply to every account, field by field, unless the account sets its own value.
- \`null\` means not set. In an account it removes a value of \`defaults\`.
- Any string can contain \`{account_id}\`, \`{account_name}\`, \`{region}\` and \`{partition}\`.
- A field with the default "none" is optional. [Many accounts](fleet.md) has examples of defaults and placeholders.

## Fields of an account
`;

/** Returns the page docs/accounts.md. */
export function accountsReference(): string {
  const fields = Object.entries(accountSchema.shape as Record<string, z.ZodType>);
  const sections = fields.flatMap(([name, field]) => {
    const tables = tablesOf(name, field);
    if (tables.length === 0) return [];
    const example = featureExamples()[name];
    const shown = example === undefined ? [] : [`Example:\n\n\`\`\`yaml\n${example}\n\`\`\``];
    return [[`## ${name}`, descriptionOf(field), ...shown, ...tables].filter(Boolean).join("\n\n")];
  });
  return `${[HEAD, `${fieldTable(fields)}\n`, sections.join("\n\n")].join("\n")}\n`;
}

/** Returns the smallest valid value of each feature map, as one line of YAML, by the name of the map. */
export function featureExamples(): Readonly<Record<string, string>> {
  return Object.fromEntries(FEATURES.map(({ name, entries }) => [name, `${name}: ${exampleOf(entries)}`]));
}

/** Returns a table for each object in a field, at any depth. */
function tablesOf(place: string, field: Schema): string[] {
  const def = definition(unwrap(field));
  if (def.type === "record") {
    const key = "Each key is a label that you choose, unless the description says otherwise.";
    const inner = tablesOf(`${place}.<key>`, def.valueType);
    return inner.length > 0 ? [key, ...inner] : [];
  }
  if (def.type === "union") {
    const name = discriminatorOf(unwrap(field));
    return def.options.flatMap((option) => {
      const shape = definition(option);
      const value = shape.type === "object" && name !== undefined ? shape.shape[name] : undefined;
      const label = value ? `${place}, \`${name}\`: ${words(value)}` : place;
      return [`### ${label}`.replaceAll("<", "\\<"), descriptionOf(option), ...tablesOf(place, option)].filter(Boolean);
    });
  }
  if (def.type !== "object" || Object.keys(def.shape).length === 0) return [];
  const fields = Object.entries(def.shape);
  const nested = fields.flatMap(([name, inner]) => {
    const tables = tablesOf(`${place}.${name}`, inner);
    return tables.length > 0 ? [`Fields of \`${place}.${name}\`:`, ...tables] : [];
  });
  return [fieldTable(fields), ...nested];
}

function fieldTable(fields: readonly (readonly [string, Schema])[]): string {
  const rows = fields.map(([name, field]) => {
    const page = ruleOf(field)?.page;
    return [
      `\`${name}\``,
      words(field),
      isOptional(field) ? defaultOf(field) : "required",
      [descriptionOf(field).replaceAll("<", "\\<"), page && `[Reference](${page})`].filter(Boolean).join(" "),
    ];
  });
  return table(["field", "type", "default", "description"], rows).trimEnd();
}

function defaultOf(field: Schema): string {
  const def = definition(field);
  if (def.type === "prefault" && JSON.stringify(def.defaultValue) === "{}") return "none";
  if (!("defaultValue" in def)) return "none";
  const value = JSON.stringify(def.defaultValue);
  return value === "[]" ? "none" : `\`${value}\``;
}

/** Returns a field's type in plain English. */
function words(field: Schema): string {
  const schema = unwrap(field);
  const def = definition(schema);
  switch (def.type) {
    case "boolean":
      return "true or false";
    case "number":
      return "whole number";
    case "literal":
      return def.values.map((value) => `\`${value}\``).join(" or ");
    case "enum":
      return Object.values(def.entries)
        .map((value) => `\`${value}\``)
        .join(" or ");
    case "array":
      return `list of ${words(def.element)}s`;
    case "record":
      return `map of ${words(def.valueType)}s`;
    case "object":
    case "union":
      return "map";
    default:
      return "string";
  }
}

function descriptionOf(schema: Schema): string {
  return (schema as z.ZodType).description ?? (unwrap(schema) as z.ZodType).description ?? "";
}
