import type { Attached, Documents } from "./documents";
import type { Place } from "./place";

/** A policy document that TypeScript computed, that AWS contains, or that a mutation changed. */
export interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** A statement of an identity, trust or bucket policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A request to AWS. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Principal, if it differs from the table's. */
  readonly by?: string;
  /** Skips iam-simulate's check of the request: AWS knows a resource or a context key that it does not. The rows show which. */
  readonly unchecked?: true;
}

/** A required request, and its neighbor: the same request with one difference, which must be denied. */
export interface Pair extends Request {
  readonly may: string;
  readonly not: Partial<Request> & { readonly what: string };
}

/**
 * Returns pairs whose neighbor is another action, from one line each: need | action | resource | what is denied | its action | its
 * resource, if it differs.
 */
export function otherActions(lines: string, shared: Pick<Request, "context" | "unchecked"> = {}): Pair[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [may, action, resource, what, neighbor, on = resource] = line.split("|").map((cell) => cell.trim());
      if (!may || !action || !resource || !what || !neighbor || !on) throw new Error(`no pair: ${line}`);
      return { may, action, resource, ...shared, not: { what, action: neighbor, resource: on } };
    });
}

/** Returns a request that must be allowed. */
export function need(may: string, action: string, resource: string, more: Partial<Request> = {}): Omit<Pair, "not"> {
  return { may, action, resource, ...more };
}

/** Returns a request with each of its neighbors: what is denied, and how the request differs. */
export function but(asked: Omit<Pair, "not">, neighbors: Readonly<Record<string, Partial<Request>>>): Pair[] {
  return Object.entries(neighbors).map(([what, changed]) => ({ ...asked, not: { what, ...changed } }));
}

/** Documents that decide on a request. */
export interface Policies {
  /** Policies of the principal. */
  readonly identity: readonly Document[];
  /** Policy of the resource: a trust or a bucket policy. */
  readonly resource?: Document;
}

/** The pairs of one feature. */
export interface Table {
  readonly name: string;
  /** Returns the principal, as AWS writes it. */
  readonly who: (place: Place) => string;
  /** Returns the documents of this feature. */
  readonly documents: (all: Documents, place: Place) => readonly Attached[];
  /** Returns documents that are always attached with these. @default - none */
  readonly alsoAttached?: (all: Documents) => readonly Attached[];
  /** Documents of the principal, if the table's documents belong to the resource, such as a trust policy. */
  readonly asker?: readonly Document[];
  /** Mutations that change no decision. A comment gives the reason. @default - none */
  readonly equivalent?: readonly string[];
  readonly pairs: (place: Place) => readonly Pair[];
}

/** Returns the policies that decide, for some documents of a table. */
export function policiesOf({ asker }: Table, documents: readonly Document[]): Policies {
  return asker ? { identity: asker, resource: documents[0] as Document } : { identity: documents };
}

/** A line of a table: a request and the expected decision. */
export interface Row {
  readonly text: string;
  readonly request: Request & { readonly by: string };
  readonly expected: Decision;
}

/** Decision on a request. */
export type Decision = "allowed" | "denied";

/** Returns both rows of each pair. */
export function rows(table: Table, place: Place): Row[] {
  return table.pairs(place).flatMap(({ may, not: { what, ...changed }, ...asked }) => {
    const request = { by: table.who(place), ...asked };
    const neighbor = { ...request, ...changed };
    return [
      { text: `${table.name}: may ${may}: ${describe(request)}`, request, expected: "allowed" },
      {
        text: `${table.name}: may ${may}, but not ${what}: ${describe(neighbor)}`,
        request: neighbor,
        expected: "denied",
      },
    ] satisfies Row[];
  });
}

function describe({ by, action, resource, context }: Row["request"]): string {
  return `${by} ${action} ${resource}${context ? ` ${JSON.stringify(context)}` : ""}`;
}
