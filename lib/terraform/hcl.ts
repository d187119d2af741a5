import { dnsSuffixes, PARTITION_TABLE, PARTITIONS, type Partition } from "../aws/partitions";

/**
 * Code in Terraform's language. It is a literal string, not a CDKTF token: CDKTF captures a stack trace for each token, which made the
 * synthesis of 1,000 accounts several times slower.
 */
export class Hcl {
  constructor(readonly code: string) {}
}

/** Returns code that contains no user input, such as the address of a resource. */
export function code(text: string): Hcl {
  return new Hcl(text);
}

/**
 * Returns code in Terraform's language. Strings and lists of strings are encoded, {@link Hcl} is inserted unchanged, and a line break
 * with its indentation becomes one space.
 */
export function hcl(texts: TemplateStringsArray, ...values: readonly (Hcl | string | readonly string[])[]): Hcl {
  const raw = texts.map((text) => text.replaceAll(/\n\s*/g, " "));
  return new Hcl(String.raw({ raw }, ...values.map((value) => (value instanceof Hcl ? value.code : hclString(value)))));
}

/** Returns an expression for Terraform JSON: `${…}`. */
export function expression(value: Hcl | string): string {
  return `\${${value instanceof Hcl ? value.code : value}}`;
}

/** Returns a string in quotes, or another JSON value, in the syntax of Terraform's language. */
export function hclString(value: unknown): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}

/** Casts an expression to a type other than string that CDKTF requires. CDKTF writes the string unchanged. */
export function typed<T>(value: T | string): T {
  return value as T;
}

/** Address of the role. */
export const ROLE = "aws_iam_role.this";

/**
 * Attribute that changes when the role is recreated, but not when it is updated in place. Resources that depend on the role reference it
 * in `replace_triggered_by`: an attachment knows the role only by its name, which may stay the same.
 * @see https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#replace_triggered_by
 */
export const ROLE_MADE = `${ROLE}.unique_id`;

/** Address of the resource that records which role a state contains. Created resources depend on it: see `identityGuard`. */
export const IDENTITY = "terraform_data.identity";

/** Returns the ARN of an AWS managed policy. */
export function awsManagedPolicy(name: string): Hcl {
  return hcl`"arn:\${local.partition}:iam::aws:policy/${code(name)}"`;
}

/** Returns the partition of a region. */
export function partitionOfRegion(region: string): Hcl {
  const prefixOf = (partition: Partition) => PARTITION_TABLE[partition].regionPrefix;
  const tests = PARTITIONS.filter(prefixOf).map(
    (partition) => `startswith(${region}, "${prefixOf(partition)}") ? "${partition}" : `,
  );
  return code(`(${tests.join("")}"${PARTITIONS.find((partition) => !prefixOf(partition))}")`);
}

/** {@link dnsSuffixes} for a partition that is an expression. */
export function dnsSuffixesOf(partition: Hcl): Hcl {
  const lists = PARTITIONS.map((one) => hcl`${one} = ${PARTITION_TABLE[one].dnsSuffixes}`.code);
  return hcl`lookup({ ${code(lists.join(", "))} }, ${partition}, ${dnsSuffixes("")})`;
}

/** Returns the names of a service in `local.partition`. @param service - content of a template */
export function serviceNamesOfPartition(service: string): Hcl {
  return code(`[for suffix in local.dns_suffixes : "${service}.\${suffix}"]`);
}
