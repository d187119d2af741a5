import { z } from "zod";
import { KNOWN_REGIONS } from "../aws/partitions";
import {
  IAM_QUOTAS,
  PLACEHOLDER_PATTERN,
  REGION,
  type Rule,
  type RuleParams,
  TAG_KEY_RULES,
  TAG_PAGE,
  TAG_VALUE,
} from "./rules";

/** Returns the definition of a schema, which TypeScript narrows by its `type`. */
export function definition(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"]["def"] {
  // zod has no narrower type for a schema inside another. Every schema is one of these.
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** Returns the schema inside `optional`, `default` and `prefault`. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const def = definition(schema);
  return "innerType" in def ? unwrap(def.innerType) : schema;
}

/** Returns the name of the field that distinguishes the options of a union. */
export function discriminatorOf(union: z.core.$ZodType): string | undefined {
  const def = definition(union);
  return "discriminator" in def ? String(def.discriminator) : undefined;
}

/** Returns the option of a union that a value selects by its discriminator. */
export function optionOf(union: z.core.$ZodType, value: unknown): z.core.$ZodType | undefined {
  const [def, name] = [definition(union), discriminatorOf(union)];
  if (def.type !== "union" || name === undefined || typeof value !== "object" || value === null) return undefined;
  const chosen = (value as Readonly<Record<string, unknown>>)[name] as z.core.util.Primitive;
  return def.options.find((option) => option._zod.propValues?.[name]?.has(chosen));
}

/** Returns the schema for a string that must follow every given rule. */
export function text(...rules: readonly Rule[]) {
  const checked = rules.reduce(
    (schema, rule) =>
      schema.refine((value) => rule.pattern.test(value) !== Boolean(rule.forbids), {
        error: rule.says,
        params: rule,
      }),
    z.string(),
  );
  return checked.meta(jsonSchemaOf(rules));
}

/** Returns the rules in JSON Schema. Every string may contain a placeholder. */
function jsonSchemaOf(rules: readonly Rule[]): Record<string, unknown> {
  const { trims, takesNumber } = rules[0] ?? {};
  const patterns = rules.map(({ pattern, forbids }) => {
    const source = patternSource(pattern);
    if (trims === undefined) return { source, forbids };
    const [before, after] = trims === "spaces" ? ["^\\s*", "\\s*$"] : ["^", "/?$"];
    return { source: source.replace(/^\^/, before).replace(/\$$/, after), forbids };
  });
  const withPlaceholder = ({ source, forbids }: (typeof patterns)[number]) =>
    forbids
      ? { anyOf: [{ pattern: PLACEHOLDER_PATTERN }, { not: { pattern: source } }] }
      : { pattern: `${source}|${PLACEHOLDER_PATTERN}` };
  const [first, ...others] = patterns;
  return {
    ...(takesNumber && { ...takesNumber, type: ["string", takesNumber.type] }),
    ...(first && withPlaceholder(first)),
    ...(trims === "slash" && { not: { const: "/" } }),
    ...(others.length > 0 && { allOf: others.map(withPlaceholder) }),
  };
}

/** Returns the data of a schema's first rule. */
export function ruleOf(outer: z.core.$ZodType): RuleParams | undefined {
  const [check] = definition(unwrap(outer)).checks ?? [];
  // Other checks have no params.
  return (check?._zod.def as z.core.$ZodCustomDef | undefined)?.params as RuleParams | undefined;
}

/** Fields that would grant more permissions if they were missing. */
const statedFields = new WeakSet<z.core.$ZodType>();

/**
 * Marks a field that would grant more permissions if it were missing. It is optional in the file, which rejects misspelled names.
 * Terraform drops unknown attributes, so the Terraform type requires this one, which may be null.
 */
export function stated<Schema extends z.ZodType>(field: Schema): Schema {
  statedFields.add(field);
  return field;
}

/** Returns whether {@link stated} marked a field. */
export function isStated(field: z.core.$ZodType): boolean {
  return statedFields.has(field);
}

export function optionalText(description: string, ...rules: readonly Rule[]) {
  return text(...rules)
    .optional()
    .describe(description);
}

/** Returns a regular expression for Terraform and JSON Schema, without JavaScript's escaped slashes. */
export function patternSource(pattern: RegExp): string {
  return pattern.source.replaceAll("\\/", "/");
}

/** Returns the schema for a whole number from `min` to `max`. */
export function wholeNumber(code: string, min: number, max: number, page?: string) {
  return z
    .number()
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, {
      error: `must be a whole number from ${min} to ${max}`,
      params: {
        code,
        example: String(min),
        terraform: (number) => `${number} >= ${min} && ${number} <= ${max} && floor(${number}) == ${number}`,
        fix: `Write a number from ${min} to ${max}.`,
        page,
      } satisfies RuleParams,
    })
    .meta({ type: "integer", minimum: min, maximum: max });
}

/**
 * Returns the schema for a region that AWS lists. Terraform checks only the format, so that a released module accepts new regions.
 * @param says - the requirement, a clause that begins with "must"
 */
export function knownRegion(says = REGION.says) {
  return z
    .string()
    .refine((value) => KNOWN_REGIONS.includes(value), {
      error: says,
      params: { ...REGION, says, known: KNOWN_REGIONS },
    })
    .meta({ anyOf: [{ enum: [...KNOWN_REGIONS] }, { pattern: PLACEHOLDER_PATTERN }] });
}

/** Returns the schema for a list of names without duplicates. The default is an empty list. */
export function names(...rules: readonly Rule[]) {
  return z
    .array(text(...rules))
    .refine((value) => new Set(value.map((name) => name.toLowerCase())).size === value.length, {
      error: "must not contain duplicates",
      params: {
        code: "named_twice",
        terraform: (list) => `length(distinct([for name in ${list} : lower(name)])) == length(${list})`,
        fix: "Remove the duplicate. IAM names are not case-sensitive.",
      } satisfies RuleParams,
    })
    .meta({ uniqueItems: true })
    .default([]);
}

/** Returns the first key of a map that differs from an earlier one only in case. */
function duplicateKey(map: object): string | undefined {
  const keys = Object.keys(map);
  const lower = keys.map((key) => key.toLowerCase());
  return keys.find((_, index) => lower.indexOf(lower[index] as string) < index);
}

/** Returns the schema for the tags of a resource, at most 50. */
export function tags() {
  return z
    .record(text(...TAG_KEY_RULES), text(TAG_VALUE))
    .refine((value) => Object.keys(value).length <= 50, {
      error: "must contain at most 50 tags",
      params: {
        code: "tags",
        terraform: (map) => `length(${map}) <= 50`,
        fix: "Remove some tags.",
        page: IAM_QUOTAS,
      } satisfies RuleParams,
    })
    .refine((value) => duplicateKey(value) === undefined, {
      error: "must not differ from another tag key only in case: IAM tag keys are not case-sensitive",
      params: {
        code: "tag_twice",
        key: duplicateKey,
        terraform: (map) => `length(distinct([for key in keys(${map}) : lower(key)])) == length(${map})`,
        fix: "Remove one of the two.",
        page: TAG_PAGE,
      } satisfies RuleParams,
    });
}
