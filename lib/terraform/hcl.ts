import { dnsSuffixes, PARTITION_TABLE, PARTITIONS, type Partition } from "../aws/partitions";

/**
 * A piece of Terraform's language. It is a literal string, not a CDKTF token: CDKTF captures a stack trace for each token, which made a
 * fleet of 1,000 accounts several times slower to synthesize.
 */
export class Hcl {
  constructor(readonly code: string) {}
}

/** Code that holds no value of anybody's, such as the address of a resource. */
export function code(text: string): Hcl {
  return new Hcl(text);
}

/**
 * Writes Terraform's language: strings and lists of strings are encoded, {@link Hcl} stands as it is, and a line break with its indent
 * becomes one space.
 */
export function hcl(texts: TemplateStringsArray, ...values: readonly (Hcl | string | readonly string[])[]): Hcl {
  const raw = texts.map((text) => text.replaceAll(/\n\s*/g, " "));
  return new Hcl(String.raw({ raw }, ...values.map((value) => (value instanceof Hcl ? value.code : hclString(value)))));
}

/** An expression for Terraform JSON: `${…}`. */
export function expression(value: Hcl | string): string {
  return `\${${value instanceof Hcl ? value.code : value}}`;
}

/** A string between quotes, or another value of JSON, as Terraform's language writes it. */
export function hclString(value: unknown): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}

/** An expression where CDKTF's types ask for another type than string. CDKTF writes the string as it stands. */
export function typed<T>(value: T | string): T {
  return value as T;
}

/** Logical id of the role. */
export const ROLE = "aws_iam_role.this";

/**
 * What differs once the role is made anew, and at no change in place. What hangs on the role names it in `replace_triggered_by`: an
 * attachment knows the role by its name only, which may be the same afterwards.
 * @see https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#replace_triggered_by
 */
export const ROLE_MADE = `${ROLE}.unique_id`;

/** Address of the resource that remembers which role a state holds. What is made waits for it: see `identityGuard`. */
export const IDENTITY = "terraform_data.identity";

/** ARN of a policy that AWS manages. */
export function awsManagedPolicy(name: string): Hcl {
  return hcl`"arn:\${local.partition}:iam::aws:policy/${code(name)}"`;
}

/** The partition of a region. */
export function partitionOfRegion(region: string): Hcl {
  const prefixOf = (partition: Partition) => PARTITION_TABLE[partition].regionPrefix;
  const tests = PARTITIONS.filter(prefixOf).map(
    (partition) => `startswith(${region}, "${prefixOf(partition)}") ? "${partition}" : `,
  );
  return code(`(${tests.join("")}"${PARTITIONS.find((partition) => !prefixOf(partition))}")`);
}

/** {@link dnsSuffixes} of a partition that is an expression. */
export function dnsSuffixesOf(partition: Hcl): Hcl {
  const lists = PARTITIONS.map((one) => hcl`${one} = ${PARTITION_TABLE[one].dnsSuffixes}`.code);
  return hcl`lookup({ ${code(lists.join(", "))} }, ${partition}, ${dnsSuffixes("")})`;
}

/** The names of a service in `local.partition`. @param service - the inside of a template */
export function serviceNamesOfPartition(service: string): Hcl {
  return code(`[for suffix in local.dns_suffixes : "${service}.\${suffix}"]`);
}
