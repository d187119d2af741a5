import type { Attached, Documents } from "./documents";
import type { Place } from "./place";

/** A policy document as TypeScript computes it, AWS holds it or a mutation left it. */
export interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** One statement of any policy: of an identity, a trust or a bucket. */
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

/** What somebody asks AWS for. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Principal, where it is another than the table's. */
  readonly by?: string;
  /** Leaves out iam-simulate's own check of the request: AWS knows a resource or a context key that it does not. The rows say which. */
  readonly unchecked?: true;
}

/** A need, and its neighbour: the same request but for what is said, which must be denied. */
export interface Pair extends Request {
  readonly may: string;
  readonly not: Partial<Request> & { readonly what: string };
}

/**
 * Needs whose neighbour is another action, one a line: need | action | resource | what is denied | its action | its resource, where
 * it is another.
 */
export function otherActions(lines: string, shared: Pick<Request, "context" | "unchecked"> = {}): Pair[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [may, action, resource, what, neighbour, on = resource] = line.split("|").map((cell) => cell.trim());
      if (!may || !action || !resource || !what || !neighbour || !on) throw new Error(`no pair: ${line}`);
      return { may, action, resource, ...shared, not: { what, action: neighbour, resource: on } };
    });
}

/** What somebody may do. */
export function need(may: string, action: string, resource: string, more: Partial<Request> = {}): Omit<Pair, "not"> {
  return { may, action, resource, ...more };
}

/** A need with each of its neighbours: what is denied, and how the request differs. */
export function but(asked: Omit<Pair, "not">, neighbours: Readonly<Record<string, Partial<Request>>>): Pair[] {
  return Object.entries(neighbours).map(([what, changed]) => ({ ...asked, not: { what, ...changed } }));
}

/** Documents that decide on a request. */
export interface Policies {
  /** Attached to who asks. */
  readonly identity: readonly Document[];
  /** Of what is asked for: a trust or a bucket policy. */
  readonly resource?: Document;
}

/** The pairs of one feature. */
export interface Table {
  readonly name: string;
  /** Who asks, as AWS names the principal. */
  readonly who: (place: Place) => string;
  /** The documents of this feature. */
  readonly documents: (all: Documents, place: Place) => readonly Attached[];
  /** What is attached wherever these are. @default - nothing */
  readonly beside?: (all: Documents) => readonly Attached[];
  /** Where the documents are of what is asked for, such as a trust: the documents of who asks. */
  readonly asker?: readonly Document[];
  /** Mutations that change no decision, with the reason beside them. @default - none */
  readonly equivalent?: readonly string[];
  readonly pairs: (place: Place) => readonly Pair[];
}

/** What decides by some documents of a table's. */
export function policiesOf({ asker }: Table, documents: readonly Document[]): Policies {
  return asker ? { identity: asker, resource: documents[0] as Document } : { identity: documents };
}

/** One line of a table: a request and what must come of it. */
export interface Row {
  readonly text: string;
  readonly request: Request & { readonly by: string };
  readonly expected: Decision;
}

/** What comes of a request. */
export type Decision = "allowed" | "denied";

/** Both rows of each pair. */
export function rows(table: Table, place: Place): Row[] {
  return table.pairs(place).flatMap(({ may, not: { what, ...changed }, ...asked }) => {
    const request = { by: table.who(place), ...asked };
    const neighbour = { ...request, ...changed };
    return [
      { text: `${table.name}: may ${may}: ${describe(request)}`, request, expected: "allowed" },
      {
        text: `${table.name}: may ${may}, but not ${what}: ${describe(neighbour)}`,
        request: neighbour,
        expected: "denied",
      },
    ] satisfies Row[];
  });
}

function describe({ by, action, resource, context }: Row["request"]): string {
  return `${by} ${action} ${resource}${context ? ` ${JSON.stringify(context)}` : ""}`;
}
