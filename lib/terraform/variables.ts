import type { Construct } from "constructs";
import type { z } from "zod";
import { definition } from "../input/definition";
import { patternSource } from "../input/rules";
import { LiteralBlock } from "./blocks";
import { hclString, hclText } from "./hcl";

/** A check in Terraform's language, and the rule in words. */
interface Condition {
  readonly holds: (value: string) => string;
  readonly says: string;
}

const WRAPPERS = new Set(["optional", "default", "prefault", "nullable"]);

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
  const message = `${name}${value === "k" ? "" : ` = \${jsonencode(${value})}`} ${hclText(says)}.`;
  return each
    ? {
        condition: `\${alltrue([for ${each} : ${test}])}`,
        error_message: `\${join("\\n", [for ${each} : "${message}" if !(${test})])}`,
      }
    : { condition: `\${${test}}`, error_message: message };
}

/** The checks of an object's attributes, then those of the object as a whole. */
function objectValidations(schema: z.ZodType, place: Place): Validation[] {
  const ofAttributes = Object.entries(definition(schema).shape ?? {}).flatMap(([attribute, inner]) => {
    const optional = definition(inner).type === "optional";
    const attributePlace = {
      ...place,
      name: `${place.name}.${attribute}`,
      value: `${place.value}.${attribute}`,
      optional,
    };
    return valueValidations(inner, attributePlace);
  });
  return [...ofAttributes, ...conditions(schema).map((condition) => validation(condition, place))];
}

function valueValidations(schema: z.ZodType, place: Place): Validation[] {
  const inner = unwrap(schema);
  const { element, keyType, valueType } = definition(inner);
  const ofAll = (items: (value: string) => string, one: z.ZodType | undefined) =>
    (one ? conditions(unwrap(one)) : []).map(({ holds, says }) =>
      validation({ holds: (value) => `alltrue([for item in ${items(value)} : ${holds("item")}])`, says }, place),
    );
  return [
    ...ofAll((list) => list, element),
    ...ofAll((map) => `keys(${map})`, keyType),
    ...ofAll((map) => `values(${map})`, valueType),
    ...conditions(inner).map((condition) => validation(condition, place)),
  ];
}

/** The `validation` blocks of a variable: each names the values at fault and the rule, in the words of the file's faults. */
export function variableValidations(variable: string, schema: z.ZodType): Validation[] {
  const inner = unwrap(schema);
  const { type, keyType, valueType } = definition(inner);
  const whole = { name: variable, value: `var.${variable}`, optional: definition(schema).type === "optional" };
  if (type === "object") return objectValidations(inner, whole);
  if (type !== "record") return valueValidations(schema, whole);
  const keys = { each: `k in keys(var.${variable})`, name: `${variable}[\${jsonencode(k)}]`, value: "k" };
  const entries = { each: `k, e in var.${variable}`, name: `${variable}[\${jsonencode(k)}]`, value: "e" };
  const entry = unwrap(valueType as z.ZodType);
  return [
    ...conditions(unwrap(keyType as z.ZodType)).map((condition) => validation(condition, keys)),
    ...(definition(entry).type === "object" ? objectValidations(entry, entries) : valueValidations(entry, entries)),
    ...conditions(inner).map((condition) => validation(condition, whole)),
  ];
}

/** Makes the input variable of an optional feature: off when its map is empty. */
export function featureVariable(
  scope: Construct,
  name: string,
  schema: z.ZodType,
  description: string,
  value: Readonly<Record<string, unknown>>,
): void {
  terraformVariable(scope, name, schema, description, { nullable: false, default: value });
}

/** Makes an input variable with the type and the validations of a schema. */
export function terraformVariable(
  scope: Construct,
  name: string,
  schema: z.ZodType,
  description: string,
  settings: { readonly nullable: boolean; readonly default: unknown },
): void {
  const { type, validation: blocks } = derived(name, schema);
  new LiteralBlock(scope, "variable", name, {
    type,
    description,
    ...settings,
    ...(blocks.length > 0 && { validation: blocks }),
  });
}

interface Derived {
  readonly type: string;
  readonly validation: readonly Validation[];
}

// The same few schemas serve every account of a fleet: derive from each once.
const derivedOf = new WeakMap<z.ZodType, Derived>();

function derived(name: string, schema: z.ZodType): Derived {
  const known = derivedOf.get(schema);
  if (known) return known;
  const made = { type: terraformType(unwrap(schema)), validation: variableValidations(name, schema) };
  derivedOf.set(schema, made);
  return made;
}
