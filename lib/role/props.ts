import { type TerraformProvider, Token } from "cdktf";
import { z } from "zod";
import { ONE_OF_PARTITIONS, PARTITIONS, partitionOf } from "../aws/partitions";
import { FEATURES, type FeatureEntries, type FeatureSchemas, mapFeatures } from "../features/features";
import { InvalidInputError } from "../input/errors";
import { errorAt, type FieldError, type Finding, fieldErrors, unknownKey } from "../input/issues";
import { type Camel, type CamelName, camelName, inProgram, toSnake } from "../input/names";
import { ACCOUNT_ID } from "../input/rules";
import { definition, knownRegion, tags, text, unwrap } from "../input/schemas";
import type { AccountProps, RoleProps, TrustProps } from "../props";
import { roleSchema, trustSchema } from "./schema";
import { ServiceRole } from "./service-role";

/** Feature maps as a program writes them: `cloudwatchAgent: { default: {} }`. */
export interface FeatureProps extends Pick<AccountProps, CamelName<keyof FeatureSchemas>> {}

/** Props of a {@link HybridServiceRole}. */
export interface HybridServiceRoleProps extends FeatureProps {
  /** Id of the AWS account, 12 digits. It is used in the trust conditions and in the ARNs of the policies created here. */
  readonly accountId: string;
  /** The account's main region, for example `eu-central-1`. The partition is derived from it. */
  readonly region: string;
  /** Partition, for a region that is a Terraform expression. @default - the region's partition */
  readonly partition?: string;
  /** Settings of the role. @default - `SSMServiceRole`, in the path `/`, with IAM's defaults */
  readonly role?: RoleProps;
  /** Trust policy of the role. @default - Systems Manager can assume the role, only for this account, in all its regions */
  readonly trust?: TrustProps;
  /** Tags of the role and of the policies created with it. @default - only the provider's default tags */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * AWS providers for other regions of the account, by region. An activation with a `region` and an `instanceTier` of another region
   * use that region's provider.
   * @default - activations only in the stack's own region
   */
  readonly providers?: Readonly<Record<string, TerraformProvider>>;
}

/** Returns whether a value is unknown before Terraform runs: a CDKTF token or an expression. */
export function isExpression(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return Array.isArray(value) ? value.some(isExpression) : typeof value === "string" && value.includes("${");
}

/** Returns whether an expression is used for a single value. */
function isScalarExpression(value: unknown): boolean {
  return !Array.isArray(value) && isExpression(value);
}

/**
 * Validates the props and fills in the defaults. Scalars may be Terraform expressions, whose values Terraform checks. The
 * feature maps may not, because they become the default of a variable.
 * @param path - path of the construct, for the errors
 * @throws InvalidInputError with every error
 */
export function readProps(path: string, props: HybridServiceRoleProps): ServiceRole {
  const errors: FieldError[] = [];
  const parse = <Schema extends z.ZodType>(name: string, schema: Schema, value: unknown): z.output<Schema> => {
    // Parse it under its name, which the fix of an error contains.
    const named = z.object({ [name]: schema });
    const result = named.safeParse({ [name]: value });
    for (const error of fieldErrors(named, { [name]: value }, result.error)) {
      errors.push({ ...error, ...(isScalarExpression(error.value) && noExpression(name)) });
    }
    return result.data?.[name] as z.output<Schema>;
  };
  const settings = <Schema extends z.ZodObject>(name: string, schema: Schema, value: Camel<z.input<Schema>>) => {
    const all = Object.entries(toSnake(schema, value) as object);
    const literals = all.flatMap(([name, inner]) => {
      if (Array.isArray(inner)) return [[name, inner.filter((item) => !isScalarExpression(item))]];
      return isExpression(inner) && acceptsExpression(schema, name) ? [] : [[name, inner]];
    });
    const expressions = all.filter(([, inner]) => isExpression(inner));
    const parsed = parse(name, schema, Object.fromEntries(literals));
    return { ...(parsed as object), ...Object.fromEntries(expressions) } as z.output<Schema>;
  };

  if (!isScalarExpression(props.accountId)) parse("accountId", text(ACCOUNT_ID), props.accountId);
  if (!isScalarExpression(props.region)) parse("region", knownRegion(), props.region);
  else if (props.partition === undefined) {
    const rule =
      "is required when the region is a Terraform expression, because the partition is derived from a known region.";
    const fix = `Set it to ${ONE_OF_PARTITIONS}.`;
    errors.push(errorAt(["partition"], { code: "missing", rule, fix }));
  }
  if (props.partition !== undefined && !isScalarExpression(props.partition)) {
    parse("partition", z.enum(PARTITIONS), props.partition);
  }
  if (props.tags && !isExpression(props.tags)) {
    parse("tags", tags(), Object.fromEntries(Object.entries(props.tags).filter(([, value]) => !isExpression(value))));
  }
  const role = settings("role", roleSchema, props.role ?? {});
  const trust = settings("trust", trustSchema, props.trust ?? {});
  const given: Readonly<Record<string, unknown>> = { ...props };
  // tsc finds a misspelled name only in a literal. Ignoring it could grant more permissions.
  for (const name of Object.keys(given)) if (!KNOWN.includes(name)) errors.push(unknownKey([name], KNOWN));
  const features = mapFeatures(({ name, entries }) => {
    const before = errors.length;
    const schema: z.ZodType = entries;
    const parsed = parse(name, schema, toSnake(schema, given[camelName(name)] ?? {}));
    // A description may contain any string, and Terraform would evaluate some.
    if (errors.length === before) errors.push(...templatesIn(parsed, [name]));
    return parsed;
  }) as FeatureEntries;
  const partition = props.partition ?? partitionOf(props.region) ?? "aws";
  const identity = { accountId: props.accountId, partition, path: role.path, name: role.name };
  const read = new ServiceRole(identity, props.region, role, trust, features);

  const literal = ![props.accountId, props.region, partition, ...Object.values(role), ...Object.values(trust)].some(
    isExpression,
  );
  if (errors.length === 0 && literal) errors.push(...read.check());
  if (errors.length === 0) errors.push(...withoutProvider(props, features));
  refuse(path, errors);
  return read;
}

/** Returns errors for the regions without a provider in the program. */
function withoutProvider(
  { region: own, providers = {} }: HybridServiceRoleProps,
  { activations, instance_tier: tiers }: FeatureEntries,
): FieldError[] {
  const places: (readonly [region: string | undefined, at: readonly string[]])[] = [
    ...Object.entries(activations).map(([label, { region }]) => [region, ["activations", label, "region"]] as const),
    ...Object.keys(tiers).map((region) => [region, ["instance_tier", region]] as const),
  ];
  return places.flatMap(([region, at]) => {
    if (region === undefined || region === own || providers[region]) return [];
    const rule = "must be a region with a provider in providers, or the account's own region.";
    const fix = `Add an AwsProvider for ${region} to providers: { "${region}": … }.`;
    return errorAt(at, { code: "no_provider", value: region, rule, fix });
  });
}

/** Schema of the props, by the names of the file. The paths of errors begin here. */
const PROPS = z.object({
  ...{ id: z.unknown(), region: z.unknown(), partition: z.unknown(), providers: z.unknown() },
  ...{ role: roleSchema, trust: trustSchema, tags: tags() },
  ...mapFeatures(({ entries }) => entries),
});
const KNOWN: readonly string[] = Object.keys(PROPS.shape).map(camelName);

/** Throws if there are errors, and adds the path of the construct to them. */
function refuse(path: string, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const converted = errors.map((error) => inProgram(PROPS, error));
  throw new InvalidInputError(converted.map((error) => ({ ...error, field: `${path}: ${error.field}` })));
}

/** Settings that decide what the stack contains. They must be known before Terraform runs. */
const LITERAL_SETTINGS = new Set(["adopt", "exclusive_policies", "conditions"]);

function acceptsExpression({ shape }: z.ZodObject, name: string): boolean {
  const field = shape[name];
  return field !== undefined && definition(unwrap(field)).type !== "array" && !LITERAL_SETTINGS.has(name);
}

function noExpression(name: string): Finding {
  const [reason, way] =
    name === "role" || name === "trust"
      ? ["what the stack contains depends on it, before Terraform runs", "; a list may contain expressions"]
      : [
          "the map is the default of a variable, which must be a constant",
          ", or attach the policy with a separate IamRolePolicyAttachment",
        ];
  const rule = `must not be a Terraform expression: ${reason}.`;
  return { code: "expression", rule, fix: `Write the value itself${way}.` };
}

/**
 * Returns the role if its feature maps can become the defaults of variables.
 * @param path - path of the construct, for the errors
 * @throws InvalidInputError if one contains a string that Terraform would evaluate
 */
export function withoutTemplates(path: string, role: ServiceRole): ServiceRole {
  const errors = FEATURES.flatMap(({ name }) => templatesIn(role.features[name], [name]));
  refuse(path, errors);
  return role;
}

/** Returns errors for the strings of a feature's map that Terraform would evaluate. */
function templatesIn(value: unknown, path: readonly string[]): FieldError[] {
  if (typeof value === "string" && /[$%]\{/.test(value)) {
    return [errorAt(path, { ...noExpression(path[0] as string), value })];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => templatesIn(inner, [...path, key]));
}
