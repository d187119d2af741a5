import { z } from "zod";
import type { Statement } from "../aws/policy-document";
import { fieldName } from "../input/issues";
import { type AccountFacts, type Entry, statementSchema } from "./read";
import { oneTrust, statementWords } from "./words";

/** The settings of an account: under the name of a group (`role`, `s3_buckets["logs"]`) each field with its value. */
const settingsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** What a report keeps of each account, for the next report to compare with. */
export const snapshotSchema = z.strictObject({
  format: z.literal(1),
  /** Date of the report. */
  made: z.string(),
  accounts: z.record(
    z.string(),
    z.strictObject({
      settings: settingsSchema,
      /** ARNs of the role's policies that are not made here. */
      attached: z.array(z.string()),
      /** Statements, and who they are for; kept as they are, since the words for them may change. */
      allowed: z.array(z.strictObject({ who: z.string().optional(), statement: statementSchema })),
    }),
  ),
});

/** What a report keeps, for the next one to compare with. */
export type Snapshot = z.output<typeof snapshotSchema>;
type AccountSnapshot = Snapshot["accounts"][string];

/** One field or sentence that differs from the last report. */
export interface Change {
  readonly kind: "added" | "removed" | "changed";
  /** The field as it is written in the file. @default - a sentence about what is allowed */
  readonly field?: string;
  readonly before?: string;
  readonly after?: string;
}

/** What changed in one account. */
export type AccountChange =
  | { readonly kind: "new" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "changed"; readonly changes: readonly Change[] };

/** What a report of a fleet keeps. */
export function snapshotOf(fleet: readonly AccountFacts[], made: string): Snapshot {
  const accounts = fleet.map((facts) => [
    facts.name,
    { settings: settingsOf(facts), attached: attachedTo(facts), allowed: allowedBy(facts) },
  ]);
  // As it will be read again, so that both sides of a comparison have their keys in the same order.
  return snapshotSchema.parse({ format: 1, made, accounts: Object.fromEntries(accounts) });
}

function settingsOf(facts: AccountFacts): AccountSnapshot["settings"] {
  const { identity, region, deployRole, role, state, tags, features } = facts;
  const entries = Object.entries(features).flatMap(([feature, map]) =>
    Object.entries(map).map(([key, entry]) => [fieldName([feature, key]), leaves(entry)]),
  );
  return {
    account: leaves({ id: identity.accountId, region, deploy_role_arn: deployRole }),
    role: leaves({ name: identity.name, path: identity.path, ...role }),
    state: leaves({ backend: state.backend, ...state.settings }),
    tags: leaves(tags),
    ...Object.fromEntries(entries),
  };
}

/** The fields of a value by their whole name, each as a text. */
function leaves(value: Entry, path: readonly string[] = []): Record<string, string> {
  const all = Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const place = [...path, key];
    if (inner === undefined || inner === null) return [];
    if (typeof inner === "object" && !Array.isArray(inner)) return Object.entries(leaves(inner as Entry, place));
    return [[fieldName(place), Array.isArray(inner) ? inner.map(String).join(", ") : String(inner)]];
  });
  return Object.fromEntries(all);
}

function attachedTo({ policies }: AccountFacts): string[] {
  return policies.filter(({ document }) => document === undefined).map(({ arn }) => arn);
}

function allowedBy({ trust, policies, grants }: AccountFacts): unknown[] {
  const all = (statements: readonly Statement[], who?: string) => statements.map((statement) => ({ who, statement }));
  return [
    ...all(trust.Statement),
    ...policies.flatMap(({ document }) => all(document?.Statement ?? [], "The machines")),
    ...grants.flatMap((grant) => all(grant.document.Statement, `Whoever has ${fieldName(grant.field)}`)),
  ];
}

function allowedWords({ who, statement }: AccountSnapshot["allowed"][number]): string {
  return who === undefined ? oneTrust(statement) : `${who} may ${statementWords(statement)}.`;
}

/** What differs between two reports in one account of the later one. */
export function compare(last: Snapshot, now: Snapshot, account: string): AccountChange {
  const before = own(last.accounts, account);
  const after = now.accounts[account] as AccountSnapshot;
  if (!before) return { kind: "new" };
  const groups = new Set([...Object.keys(before.settings), ...Object.keys(after.settings)]);
  const settings = [...groups].flatMap((group) =>
    changesOf(group, own(before.settings, group), own(after.settings, group)),
  );
  const sentences = (account: AccountSnapshot) => [
    ...account.attached.map((arn) => [arn, `The machines have the policy ${arn}.`] as const),
    ...account.allowed.map((allowed) => [JSON.stringify(allowed), allowedWords(allowed)] as const),
  ];
  const [was, is] = [new Map(sentences(before)), new Map(sentences(after))];
  const changes: Change[] = [
    ...settings,
    ...[...was].filter(([key]) => !is.has(key)).map(([, words]): Change => ({ kind: "removed", before: words })),
    ...[...is].filter(([key]) => !was.has(key)).map(([, words]): Change => ({ kind: "added", after: words })),
  ];
  return changes.length > 0 ? { kind: "changed", changes } : { kind: "unchanged" };
}

// A tag may be called "constructor".
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

type Group = Readonly<Record<string, string>>;

/** A group that is new or gone is one change, and so is each field of one that stays. */
function changesOf(group: string, before: Group | undefined, after: Group | undefined): Change[] {
  if (!before) return [{ kind: "added", field: group, after: groupWords(after ?? {}) }];
  if (!after) return [{ kind: "removed", field: group, before: groupWords(before) }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): Change[] => {
    const [was, is] = [own(before, name), own(after, name)];
    if (was === is) return [];
    const field = group === "account" ? name : `${group}${name.startsWith("[") ? "" : "."}${name}`;
    if (was === undefined) return [{ kind: "added", field, after: is as string }];
    if (is === undefined) return [{ kind: "removed", field, before: was }];
    return [{ kind: "changed", field, before: was, after: is }];
  });
}

function groupWords(group: Group): string {
  return Object.entries(group)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
