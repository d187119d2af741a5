import { z } from "zod";
import { accountSchema } from "../../lib/config/schema";
import { camelName } from "../../lib/input/names";

/** The part of TypeDoc's model of a declaration that is read here. */
export interface Reflection {
  readonly name: string;
  readonly children?: readonly Reflection[];
  /** The source file of each declaration. */
  symbolIdMap?: object;
  type?: { readonly type: string; readonly name?: string };
  comment?: { readonly summary: readonly { readonly kind: string; readonly text: string }[] };
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Interfaces that contain the fields of an account. */
const OF_ACCOUNTS = ["AccountProps", "FleetAccount", "FeatureProps", "HybridServiceRoleProps"];

const { properties = {} } = z.toJSONSchema(accountSchema, { io: "input" }) as {
  properties?: Record<string, JsonSchema>;
};
const FIELDS = new Map(Object.entries(properties).map(([name, field]) => [camelName(name), { name, field }]));

/** Adds the descriptions of the file's schema, and a link to the reference of the file, to the fields of an account. */
export function describeFields(project: Reflection): void {
  for (const { name, children = [] } of project.children ?? []) {
    for (const child of OF_ACCOUNTS.includes(name) ? children : []) {
      const found = FIELDS.get(child.name);
      if (!found) continue;
      const { name: inFile, field } = found;
      const hasTable = shapes(field).length > 0;
      child.type = { type: "intrinsic", name: hasTable ? "object" : typeText(field) };
      const summary = child.comment?.summary ?? [{ kind: "text", text: field.description ?? "" }];
      const link = hasTable ? [{ kind: "text", text: ` [Fields](accounts.md#${inFile}).` }] : [];
      child.comment = { ...child.comment, summary: [...summary, ...link] };
    }
  }
}

/** Returns the objects that a field can contain: the field itself, the members of a union, or the entries of a map. */
function shapes(field: JsonSchema): JsonSchema[] {
  const inner = typeof field.additionalProperties === "object" ? (field.additionalProperties as JsonSchema) : field;
  const options = (inner.oneOf ?? [inner]) as JsonSchema[];
  return options.filter(({ properties }) => properties && Object.keys(properties).length > 0);
}

/** Returns a field's type as TypeScript. */
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
