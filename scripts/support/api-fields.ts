import { z } from "zod";
import { accountSchema } from "../../lib/config/schema";
import { camelName } from "../../lib/input/names";
import { table } from "./markdown";

/** What TypeDoc's model says of one declaration, as far as it is read here. */
export interface Reflection {
  readonly name: string;
  readonly children?: readonly Reflection[];
  /** Where each declaration stands in the sources. */
  symbolIdMap?: object;
  type?: { readonly type: string; readonly name?: string };
  comment?: { readonly summary: readonly { readonly kind: string; readonly text: string }[] };
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The interfaces whose fields are an account's. */
const OF_ACCOUNTS = ["AccountProps", "FleetAccount", "FeatureProps", "HybridServiceRoleProps"];

const { properties = {} } = z.toJSONSchema(accountSchema, { io: "input" }) as {
  properties?: Record<string, JsonSchema>;
};
const FIELDS = new Map(Object.entries(properties).map(([name, field]) => [camelName(name), field]));

/** Gives the fields of an account the descriptions of the file's schema, and a link to their table for their type's text. */
export function describeFields(project: Reflection): void {
  for (const { name, children = [] } of project.children ?? []) {
    for (const child of OF_ACCOUNTS.includes(name) ? children : []) {
      const field = FIELDS.get(child.name);
      if (!field) continue;
      const hasTable = shapes(field).length > 0;
      child.type = { type: "intrinsic", name: hasTable ? "object" : typeText(field) };
      const summary = child.comment?.summary ?? [{ kind: "text", text: field.description ?? "" }];
      const link = hasTable ? [{ kind: "text", text: ` [Fields](#${child.name.toLowerCase()}).` }] : [];
      child.comment = { ...child.comment, summary: [...summary, ...link] };
    }
  }
}

/** A table for each field of an account that has fields of its own, or entries that have. */
export function fieldTables(): string {
  const tables = [...FIELDS].flatMap(([name, field]) => {
    const all = shapes(field);
    if (all.length === 0) return [];
    const heads = [field.description, field.additionalProperties && "Each entry:", all.length > 1 && "One of:"];
    return [[`### ${name}`, ...heads.filter(Boolean), ...all.map(fieldTable)].join("\n\n")];
  });
  const head = "The settings of an account that have fields of their own. The texts name fields as accounts.yaml does.";
  return ["## Fields", head, ...tables].join("\n\n");
}

/** The objects that a field holds: itself, one of several, or what its entries are. */
function shapes(field: JsonSchema): JsonSchema[] {
  const inner = typeof field.additionalProperties === "object" ? (field.additionalProperties as JsonSchema) : field;
  const options = (inner.oneOf ?? [inner]) as JsonSchema[];
  return options.filter(({ properties }) => properties && Object.keys(properties).length > 0);
}

function fieldTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => [
    `\`${camelName(name)}${required.includes(name) ? "" : "?"}\``,
    `\`${typeText(field)}\``,
    (field.description ?? "").replaceAll("<", "\\<"),
    field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``,
  ]);
  return table(["field", "type", "description", "default"], rows).trimEnd();
}

/** A field's type as TypeScript writes it. */
function typeText(field: JsonSchema): string {
  const values = field.const === undefined ? field.enum : [field.const];
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (field.type === "array") return `${typeText(field.items as JsonSchema)}[]`;
  if (field.properties) {
    const inner = Object.entries(field.properties as Record<string, JsonSchema>);
    const optional = (name: string) => (field.required?.includes(name) ? "" : "?");
    return `{ ${inner.map(([name, type]) => `${camelName(name)}${optional(name)}: ${typeText(type)}`).join("; ")} }`;
  }
  if (typeof field.additionalProperties === "object") {
    return `Record<string, ${typeText(field.additionalProperties as JsonSchema)}>`;
  }
  return field.type === "integer" ? "number" : String(field.type);
}
