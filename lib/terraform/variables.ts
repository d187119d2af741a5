import type { Construct } from "constructs";
import { z } from "zod";
import { isFields } from "../input/merged";
import type { RuleParams } from "../input/rules";
import { definition, isStated, patternSource, ruleOf, unwrap } from "../input/schemas";
import { LiteralBlock } from "./blocks";
import { expression, hclString } from "./hcl";

/** A check in Terraform's language, with the text of its rule. */
interface Condition {
  readonly holds: (value: string) => string;
  readonly says: string;
}

/** Returns the Terraform type constraint of a schema, for example `map(object({ policy_arn = optional(string) }))`. */
export function terraformType(schema: z.core.$ZodType): string {
  const def = definition(schema);
  switch (def.type) {
    case "optional":
      return isStated(schema) ? terraformType(def.innerType) : `optional(${terraformType(def.innerType)})`;
    case "default":
    case "prefault":
      return isStated(schema)
        ? terraformType(def.innerType)
        : `optional(${terraformType(def.innerType)}, ${hclString(def.defaultValue)})`;
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

/** Returns the expression for a string without what its rule trims. */
export function trimmed(schema: z.core.$ZodType, value: string): string {
  const trims = ruleOf(schema)?.trims;
  // Keep a single /, which is then rejected. An empty string would mean the whole bucket.
  return trims === undefined
    ? value
    : trims === "spaces"
      ? `trimspace(${value})`
      : `replace(${value}, "/(.)/$/", "$1")`;
}

/** Returns the checks of one schema, without those of the schemas inside it. */
function conditions(schema: z.core.$ZodType): Condition[] {
  const def = definition(schema);
  const own = (def.checks ?? []).flatMap((check): Condition[] => {
    const { error, params } = check._zod.def as z.core.$ZodCustomDef; // Other checks have no params.
    const { pattern, forbids, terraform }: Partial<RuleParams> = params ?? {};
    const says = z.core.util.unwrapMessage(error?.({ code: "custom", input: undefined })) ?? "";
    if (pattern) {
      const matches = (value: string) => `can(regex(${hclString(patternSource(pattern))}, ${trimmed(schema, value)}))`;
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

/** Location of a schema's values in a variable. */
interface Place {
  /** Head of the loop, for values of a map. */
  readonly each?: string;
  /** Name of the value in a message: a template. */
  readonly name: string;
  /** Expression for the value. */
  readonly value: string;
  /** The value may be missing. */
  readonly optional?: boolean;
}

function validation({ holds, says }: Condition, { each, name, value, optional }: Place): Validation {
  // Terraform evaluates both sides of ||, so the test must not fail for a missing value.
  const test = optional ? `(${value} == null || try(${holds(value)}, false))` : holds(value);
  const message = `${name}${value === "k" ? "" : ` = \${jsonencode(${value})}`} ${hclString(says).slice(1, -1)}.`;
  return each
    ? {
        condition: `\${alltrue([for ${each} : ${test}])}`,
        error_message: `\${join("\\n", [for ${each} : "${message}" if !(${test})])}`,
      }
    : { condition: `\${${test}}`, error_message: message };
}

/** Returns the checks of a value, those of its contents first. For an object in an object, returns only its own checks. */
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

/** Returns the `validation` blocks of a variable. Each message shows the invalid values and the rule, like the errors for the file. */
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

/**
 * Creates an input variable with the type and validations of a schema. It is nullable if the schema is optional. For a map of entries
 * with trimmed strings, `local.<name>` is the trimmed map.
 */
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
  const { type, validation, unset, trimmedEntries } = known;
  const map =
    unset && isFields(value)
      ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, { ...unset, ...(entry as object) }]))
      : value;
  new LiteralBlock(scope, "variable", name, { type, description, nullable, default: map, validation });
  if (trimmedEntries) new LiteralBlock(scope, "locals", name, expression(trimmedEntries));
}

// All accounts of a fleet share a few schemas: derive from each only once.
const derivedOf = new WeakMap<z.ZodType, ReturnType<typeof derive>>();

function derive(name: string, schema: z.ZodType) {
  const validation = variableValidations(name, schema);
  const def = definition(unwrap(schema));
  const entry = def.type === "record" ? definition(def.valueType) : undefined;
  const fields = entry?.type === "object" ? Object.entries(entry.shape) : [];
  const required = fields.filter(([, field]) => isStated(field) && definition(field).type === "optional");
  const trims = fields.flatMap(([field, inner]) => {
    const value = `e.${field}`;
    const short = trimmed(inner, value);
    return short === value ? [] : `${field} = ${value} == null ? null : ${short}`;
  });
  return {
    type: terraformType(unwrap(schema)),
    validation: validation.length > 0 ? validation : undefined,
    /** Values, in a default that does not set them, of attributes that the type requires. */
    unset: required.length > 0 ? Object.fromEntries(required.map(([field]) => [field, null])) : undefined,
    trimmedEntries:
      trims.length > 0 ? `{ for k, e in var.${name} : k => merge(e, { ${trims.join(", ")} }) }` : undefined,
  };
}
