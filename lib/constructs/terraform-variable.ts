import type { Construct } from "constructs";
import type { z } from "zod";
import { patternSource, type RuleParams } from "../rules";
import { hclString, hclText } from "./expressions";
import { LiteralBlock } from "./literal";

/** What a zod schema is, read from its definition; zod's public types do not narrow it. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly params?: RuleParams;
  readonly error?: () => string;
}

/** A check in Terraform's language, and the rule in words. */
interface Condition {
  readonly holds: (value: string) => string;
  readonly says: string;
}

const WRAPPERS = new Set(["optional", "default", "prefault", "nullable"]);

function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const { type, innerType } = definition(schema);
  return WRAPPERS.has(type) && innerType ? unwrap(innerType) : schema;
}

/** The Terraform type constraint of a schema, for example `map(object({ policy_arn = optional(string) }))`. */
export function terraformType(schema: z.ZodType): string {
  const { type, innerType, defaultValue, element, valueType, shape } = definition(schema);
  switch (type) {
    case "optional":
      return `optional(${terraformType(innerType as z.ZodType)})`;
    case "default":
    case "prefault":
      return `optional(${terraformType(innerType as z.ZodType)}, ${hcl(defaultValue)})`;
    case "boolean":
      return "bool";
    case "enum":
      return "string";
    case "array":
      return `list(${terraformType(element as z.ZodType)})`;
    case "record":
      return `map(${terraformType(valueType as z.ZodType)})`;
    case "object": {
      const attributes = Object.entries(shape ?? {}).map(([name, inner]) => `${name} = ${terraformType(inner)}`);
      return `object({${attributes.length > 0 ? ` ${attributes.join(", ")} ` : ""}})`;
    }
    default:
      return type;
  }
}

function hcl(value: unknown): string {
  return typeof value === "string" ? hclString(value) : JSON.stringify(value);
}

/** The checks of one schema, its inner ones left out. */
function conditions(schema: z.ZodType): Condition[] {
  const { checks = [], type, entries } = definition(schema);
  const own = checks.flatMap(({ _zod: { def } }): Condition[] => {
    const says = def.error?.() ?? "";
    const { rule, terraform } = def.params ?? {};
    if (rule) {
      const matches = (value: string) => `can(regex(${hclString(patternSource(rule))}, ${value}))`;
      return [{ holds: rule.forbids ? (value) => `!${matches(value)}` : matches, says }];
    }
    return terraform ? [{ holds: terraform, says }] : [];
  });
  if (type !== "enum" || !entries) return own;
  const values = Object.values(entries);
  return [
    { holds: (value) => `contains(${JSON.stringify(values)}, ${value})`, says: `must be one of ${values.join(", ")}` },
    ...own,
  ];
}

interface Validation {
  readonly condition: string;
  readonly error_message: string;
}

/** The `validation` blocks of a `map(object({...}))` variable: each names the entries at fault, their value and the rule. */
export function mapValidations(variable: string, schema: z.ZodType): Validation[] {
  const { keyType, valueType } = definition(unwrap(schema));
  const entry = valueType as z.ZodType;
  const validation = (each: string, place: string, value: string, test: string, says: string): Validation => ({
    condition: `\${alltrue([for ${each} : ${test}])}`,
    error_message: `\${join("\\n", [for ${each} : "${variable}[\${jsonencode(k)}]${place}${value === "k" ? "" : ` = \${jsonencode(${value})}`} ${hclText(says)}." if !(${test})])}`,
  });
  const ofKeys = conditions(unwrap(keyType as z.ZodType)).map(({ holds, says }) =>
    validation(`k in keys(var.${variable})`, "", "k", holds("k"), says),
  );
  const ofAttributes = Object.entries(definition(entry).shape ?? {}).flatMap(([attribute, inner]) => {
    const value = `e.${attribute}`;
    // Terraform evaluates both sides of ||, so a value left out must not make the test an error.
    const test = ({ holds }: Condition) =>
      definition(inner).type === "optional" ? `(${value} == null || try(${holds(value)}, false))` : holds(value);
    return conditions(unwrap(inner)).map((condition) =>
      validation(`k, e in var.${variable}`, `.${attribute}`, value, test(condition), condition.says),
    );
  });
  const ofEntries = conditions(entry).map(({ holds, says }) =>
    validation(`k, e in var.${variable}`, "", "e", holds("e"), says),
  );
  return [...ofKeys, ...ofAttributes, ...ofEntries];
}

/** Makes the input variable of an optional feature: off when its map is empty. */
export function featureVariable(
  scope: Construct,
  name: string,
  schema: z.ZodType,
  description: string,
  value: Readonly<Record<string, unknown>>,
): void {
  new LiteralBlock(scope, "variable", name, {
    type: variableType(schema),
    description,
    nullable: false,
    default: value,
    validation: validationsOf(name, schema),
  });
}

// The same few schemas serve every account of a fleet: derive each type and its validations once.
const types = new WeakMap<z.ZodType, string>();
const validations = new WeakMap<z.ZodType, Validation[]>();

function variableType(schema: z.ZodType): string {
  const known = types.get(schema) ?? terraformType(unwrap(schema));
  types.set(schema, known);
  return known;
}

function validationsOf(name: string, schema: z.ZodType): Validation[] {
  const known = validations.get(schema) ?? mapValidations(name, schema);
  validations.set(schema, known);
  return known;
}
