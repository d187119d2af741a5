import fc from "fast-check";
import type { z } from "zod";
import { KNOWN_REGIONS, type Partition, partitionOf } from "../../lib/aws/partitions";
import type { RuleParams } from "../../lib/input/rules";
import { definition } from "../../lib/input/schemas";
import { hostileTexts } from "./hostile";

/** Account for the generated values. A policy of another account, or a region of another partition, would be refused. */
export interface Owner {
  readonly id: string;
  readonly partition: Partition;
}

/** An account in each partition. */
export const OWNERS: readonly Owner[] = [
  { id: "111111111111", partition: "aws" },
  { id: "022222222222", partition: "aws-cn" },
  { id: "333333333333", partition: "aws-us-gov" },
];

/** Returns values that a schema accepts, including hostile strings if its rules allow any. */
export function valid(schema: z.ZodType, of: Owner): fc.Arbitrary<unknown> {
  const found = unchecked(schema, of);
  return definition(schema).checks ? found.filter((value) => schema.safeParse(value).success) : found;
}

function unchecked(schema: z.ZodType, of: Owner): fc.Arbitrary<unknown> {
  const def = definition(schema);
  const inner = (one: z.core.$ZodType) => valid(one as z.ZodType, of);
  switch (def.type) {
    case "string":
      return texts(schema, of);
    case "boolean":
      return fc.boolean();
    case "number": {
      const { minimum, maximum } = schema.meta() as { minimum: number; maximum: number };
      return fc.integer({ min: minimum, max: maximum });
    }
    case "literal":
      return fc.constantFrom(...def.values);
    case "enum":
      return fc.constantFrom(...Object.values(def.entries));
    case "array":
      return fc.array(inner(def.element), { maxLength: 2 });
    case "record":
      return fc.dictionary(inner(def.keyType) as fc.Arbitrary<string>, inner(def.valueType), { maxKeys: 2 });
    case "union":
      return fc.oneof(...def.options.map(inner));
    case "object":
      return fc.record(Object.fromEntries(Object.entries(def.shape).map(([name, field]) => [name, inner(field)])));
    case "optional":
    case "default":
    case "prefault":
      return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: inner(def.innerType) });
    default:
      throw new Error(`no values are known for a schema of the type ${def.type}`);
  }
}

/** Returns strings that follow all rules of a schema. */
function texts(schema: z.ZodType, { id, partition }: Owner): fc.Arbitrary<string> {
  const params = (definition(schema).checks ?? []).map(
    ({ _zod: { def } }) => (def as z.core.$ZodCustomDef).params as RuleParams | undefined,
  );
  if (params.some((one) => one?.known))
    return fc.constantFrom(...KNOWN_REGIONS.filter((region) => partitionOf(region) === partition));
  const [rule] = params
    .flatMap((one) => (one?.pattern ? [{ ...one, pattern: one.pattern }] : []))
    .filter(({ forbids }) => !forbids);
  if (!rule) throw new Error("a string without a rule");
  // fast-check does not support Unicode classes.
  const source = rule.pattern.source.replaceAll("\\p{L}", "A-Za-zß漢").replaceAll("\\p{N}", "0-9٣");
  const ordinary = fc
    .stringMatching(new RegExp(source, rule.pattern.flags))
    .map((text) =>
      text.replace(
        /^arn:[^:]+(:[a-z]+:[^:]*:)([0-9]{12})?/,
        (_, service, account) => `arn:${partition}${service}${account ? id : ""}`,
      ),
    );
  const hostile = hostileTexts((text) => schema.safeParse(text).success);
  return hostile.length === 0 ? ordinary : fc.oneof(ordinary, fc.constantFrom(...hostile));
}
