import type { Construct } from "constructs";
import { z } from "zod";
import type { RuleParams } from "../input/rules";
import { definition, patternSource, unwrap } from "../input/schemas";
import { LiteralBlock } from "./blocks";
import { hclString } from "./hcl";

/** A check in Terraform's language, and the rule in words. */
interface Condition {
  readonly holds: (value: string) => string;
  readonly says: string;
}

/** The Terraform type constraint of a schema, for example `map(object({ policy_arn = optional(string) }))`. */
export function terraformType(schema: z.core.$ZodType): string {
  const def = definition(schema);
  switch (def.type) {
    case "optional":
      return `optional(${terraformType(def.innerType)})`;
    case "default":
    case "prefault":
      return `optional(${terraformType(def.innerType)}, ${hclString(def.defaultValue)})`;
    case "boolean":
      return "bool";
    case "enum":
      return "string";
    case "array":
      return `list(${terraformType(def.element)})`;
    case "record":
      return `map(${terraformType(def.valueType)})`;
    case "object": {
      const attributes = Object.entries(def.shape).map(([name, inner]) => `${name} = ${terraformType(inner)}`);
      return `object({${attributes.length > 0 ? ` ${attributes.join(", ")} ` : ""}})`;
    }
    default:
      return def.type;
  }
}

/** The checks of one schema, without those of the schemas inside it. */
function conditions(schema: z.core.$ZodType): Condition[] {
  const def = definition(schema);
  const own = (def.checks ?? []).flatMap((check): Condition[] => {
    const { error, params } = check._zod.def as z.core.$ZodCustomDef; // Other checks have no params.
    const { pattern, forbids, terraform }: Partial<RuleParams> = params ?? {};
    const says = z.core.util.unwrapMessage(error?.({ code: "custom", input: undefined })) ?? "";
    if (pattern) {
      const matches = (value: string) => `can(regex(${hclString(patternSource(pattern))}, ${value}))`;
      return [{ holds: forbids ? (value) => `!${matches(value)}` : matches, says }];
    }
    return terraform ? [{ holds: terraform, says }] : [];
  });
  if (def.type !== "enum") return own;
  const values = Object.values(def.entries);
  return [
    { holds: (value) => `contains(${JSON.stringify(values)}, ${value})`, says: `must be one of ${values.join(", ")}` },
    ...own,
  ];
}

interface Validation {
  readonly condition: string;
  readonly error_message: string;
}

/** Where the values of a schema stand: the loop over them, the place in words, the expression for one. */
interface Place {
  /** The loop's head, for values of a map. */
  readonly each?: string;
  /** How a message names the value: a template. */
  readonly name: string;
  readonly value: string;
  /** The value may be left out. */
  readonly optional?: boolean;
}

function validation({ holds, says }: Condition, { each, name, value, optional }: Place): Validation {
  // Terraform evaluates both sides of ||, so a value left out must not make the test an error.
  const test = optional ? `(${value} == null || try(${holds(value)}, false))` : holds(value);
  const message = `${name}${value === "k" ? "" : ` = \${jsonencode(${value})}`} ${hclString(says).slice(1, -1)}.`;
  return each
    ? {
        condition: `\${alltrue([for ${each} : ${test}])}`,
        error_message: `\${join("\\n", [for ${each} : "${message}" if !(${test})])}`,
      }
    : { condition: `\${${test}}`, error_message: message };
}

/** The checks of a value, those of what it contains first. Of an object in an object, only its own. */
function validations(schema: z.core.$ZodType, place: Place, attributes = false): Validation[] {
  const inner = unwrap(schema);
  const def = definition(inner);
  const own = conditions(inner).map((condition) => validation(condition, place));
  const ofAll = (one: z.core.$ZodType, items = (value: string) => value) =>
    conditions(unwrap(one)).map(({ holds, says }) =>
      validation({ holds: (value) => `alltrue([for item in ${items(value)} : ${holds("item")}])`, says }, place),
    );
  if (def.type === "array") return [...ofAll(def.element), ...own];
  if (def.type === "record") {
    return [...ofAll(def.keyType, (map) => `keys(${map})`), ...ofAll(def.valueType, (map) => `values(${map})`), ...own];
  }
  if (def.type !== "object" || !attributes) return own;
  const ofAttributes = Object.entries(def.shape).flatMap(([attribute, field]) => {
    const [name, value] = [`${place.name}.${attribute}`, `${place.value}.${attribute}`];
    return validations(field, { ...place, name, value, optional: definition(field).type === "optional" });
  });
  return [...ofAttributes, ...own];
}

/** The `validation` blocks of a variable. Each message names the wrong values and the rule, as the errors for the file do. */
export function variableValidations(variable: string, schema: z.ZodType): Validation[] {
  const inner = unwrap(schema);
  const def = definition(inner);
  const whole = { name: variable, value: `var.${variable}`, optional: definition(schema).type === "optional" };
  if (def.type !== "record") return validations(inner, whole, true);
  const keys = { each: `k in keys(var.${variable})`, name: `${variable}[\${jsonencode(k)}]`, value: "k" };
  const entries = { each: `k, e in var.${variable}`, name: `${variable}[\${jsonencode(k)}]`, value: "e" };
  return [
    ...conditions(unwrap(def.keyType)).map((condition) => validation(condition, keys)),
    ...validations(def.valueType, entries, true),
    ...conditions(inner).map((condition) => validation(condition, whole)),
  ];
}

/** Makes an input variable with the type and the validations of a schema. It is nullable where the schema is optional. */
export function terraformVariable(
  scope: Construct,
  name: string,
  schema: z.ZodType,
  description: string,
  value: unknown,
): void {
  const known = derivedOf.get(schema) ?? derive(name, schema);
  derivedOf.set(schema, known);
  const nullable = definition(schema).type === "optional";
  const { type, validation } = known;
  new LiteralBlock(scope, "variable", name, { type, description, nullable, default: value, validation });
}

// The same few schemas serve every account of a fleet: derive from each once.
const derivedOf = new WeakMap<z.ZodType, ReturnType<typeof derive>>();

function derive(name: string, schema: z.ZodType) {
  const validation = variableValidations(name, schema);
  return { type: terraformType(unwrap(schema)), validation: validation.length > 0 ? validation : undefined };
}
