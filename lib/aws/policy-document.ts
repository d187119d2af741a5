/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A document of statements. */
export function policyDocument(Statement: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

/**
 * Longest customer-managed policy and role trust policy, in characters without white space.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const POLICY_SIZE = { managed: 6144, trust: 2048 } as const;

/** Size of a document as IAM counts it: characters of its JSON, white space left out. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, "").length;
}

/** The entries of a map in the order in which Terraform walks them. TypeScript and Terraform then write equal documents. */
export function inKeyOrder<Entry>(entries: Readonly<Record<string, Entry>>): [string, Entry][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
