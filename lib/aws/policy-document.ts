type OneOrMore = string | readonly string[];

/** Conditions of a statement: values by operator and condition key. */
export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Returns a statement that allows actions on resources. The runbook shows its keys in this order. */
export function allow(Action: OneOrMore, Resource: OneOrMore, Condition?: Condition): Statement {
  return { Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}

/** {@link allow} with a statement id. */
export function allowAs(Sid: string, ...allowed: Parameters<typeof allow>): Statement {
  return { Sid, ...allow(...allowed) };
}

/**
 * Returns a policy document. Each feature defines its policy twice, next to each other: in TypeScript for the runbook, the report
 * and the checks, and in Terraform's language, because `-var-file` can change the entries at plan.
 */
export function policyDocument(Statement: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

/**
 * Maximum size of a customer managed policy and of a role trust policy, in characters without white space.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const POLICY_SIZE = { managed: 6144, trust: 2048 } as const;

/** Returns the size of a document as IAM counts it: the characters of its JSON without white space. */
export function policySize(document: object): number {
  return JSON.stringify(document).replace(/\s/g, "").length;
}

/** Returns the entries of a map in Terraform's iteration order, so that TypeScript and Terraform write equal documents. */
export function inKeyOrder<Entry>(entries: Readonly<Record<string, Entry>>): [string, Entry][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
