/**
 * Terraform expressions that more than one construct writes. They are literal texts, not CDKTF tokens: CDKTF captures a stack
 * trace for each token, which made a fleet of 1,000 accounts several times slower to synthesize.
 */

/** Logical id of the role. */
export const ROLE = "aws_iam_role.this";

/** Wraps an expression for Terraform JSON. */
export function expression(code: string): string {
  return `\${${code}}`;
}

/** ARN of a policy that AWS manages, as Terraform's template. */
export function awsManagedPolicy(name: string): string {
  return `"arn:\${local.partition}:iam::aws:policy/${name}"`;
}

/** ARN of a policy that this module makes beside the role, as Terraform's template. */
export function ownPolicy(suffix: string): string {
  return `"arn:\${local.partition}:iam::\${local.account_id}:policy\${local.path}\${local.role_name}-${suffix}"`;
}

/** The partition of a region, both in Terraform's language. */
export function partitionOfRegion(region: string): string {
  return `(startswith(${region}, "cn-") ? "aws-cn" : startswith(${region}, "us-gov-") ? "aws-us-gov" : "aws")`;
}

/** A text as it must stand between quotes in Terraform's language. */
export function hclString(value: string): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}

/** A text as it must stand inside a template. */
export function hclText(value: string): string {
  return hclString(value).slice(1, -1);
}
