import type { z } from "zod";
import { FEATURES } from "../../lib/features/features";
import { moduleRoleSchema, trustSchema } from "../../lib/role/schema";
import { terraformType } from "../../lib/terraform/variables";
import { table } from "./markdown";

interface Variable {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
}

/** Returns the README's tables of inputs and outputs, from the module's files. */
export function moduleTables(files: Record<string, object>): string {
  const { variable } = files["variables.tf.json"] as { variable: Record<string, Variable> };
  const { output } = files["outputs.tf.json"] as { output: Record<string, { description: string }> };
  const maps: readonly string[] = FEATURES.map((feature) => feature.name);
  const inputs = Object.entries(variable).map(([name, { description, type, ...rest }]) => [
    // The attributes of the entries are in a table below.
    maps.includes(name) ? `[\`${name}\`](#${name})` : `\`${name}\``,
    description,
    `\`${type.startsWith("map(object") ? "map(object)" : type.startsWith("object") ? "object" : type}\``,
    `\`${JSON.stringify(rest.default)}\``,
  ]);
  const outputs = Object.entries(output).map(([name, { description }]) => [`\`${name}\``, description]);
  return [
    "## Inputs\n",
    table(["name", "description", "type", "default"], inputs),
    "All inputs are optional. The attributes of objects and of the entries of maps:\n",
    attributes("role", moduleRoleSchema),
    attributes("trust", trustSchema),
    ...Object.values(FEATURES).map(({ name, entries }) =>
      attributes(name, (entries as z.ZodRecord).valueType as z.ZodObject),
    ),
    "## Outputs\n",
    table(["name", "description"], outputs),
  ].join("\n");
}

function attributes(name: string, schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([attribute, inner]) => {
    const type = terraformType(inner as z.ZodType);
    return [`\`${attribute}\``, inner.description ?? "", `\`${type}\``];
  });
  return `### ${name}\n\n${table(["attribute", "description", "type"], rows)}`;
}
