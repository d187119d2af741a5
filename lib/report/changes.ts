import { z } from "zod";
import type { PolicyDocument } from "../aws/policy-document";
import { fieldName } from "../input/issues";
import { isFields } from "../input/merged";
import { type AccountFacts, type Entry, statementSchema } from "./read";
import { oneTrust, statementWords } from "./words";

/** Settings that belong together, such as those of an entry: each field with its value. */
const groupSchema = z.record(z.string(), z.string());
type Group = z.output<typeof groupSchema>;

/** What a report keeps of each account, for the next report to compare with. */
export const snapshotSchema = z.strictObject({
  format: z.literal(1),
  /** Date of the report. */
  made: z.string(),
  accounts: z.record(
    z.string(),
    z.strictObject({
      /** By the group's name: `role`, `s3_buckets.logs`. */
      settings: z.record(z.string(), groupSchema),
      /** ARNs of the role's policies that are not made here. */
      attached: z.array(z.string()),
      /** Statements, and who they are for; kept as they are, since the words for them may change. */
      allowed: z.array(z.strictObject({ who: z.string().optional(), statement: statementSchema })),
    }),
  ),
});

export type Snapshot = z.output<typeof snapshotSchema>;
type AccountSnapshot = Snapshot["accounts"][string];

/** One field or sentence that differs from the last report. */
export interface Change {
  readonly kind: "added" | "removed" | "changed";
  /** The field as it is written in the file. @default - a sentence about what is allowed */
  readonly field?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export type AccountChange =
  | { readonly kind: "new" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "changed"; readonly changes: readonly Change[] };

export function snapshotOf(fleet: readonly AccountFacts[], made: string): Snapshot {
  const accounts = fleet.map((facts) => {
    const attached = facts.attached.flatMap(({ arn, document }) => (document ? [] : [arn]));
    return [facts.name, { settings: settingsOf(facts), attached, allowed: allowedBy(facts) }];
  });
  // As it will be read again, so that both sides of a comparison have their keys in the same order.
  return snapshotSchema.parse({ format: 1, made, accounts: Object.fromEntries(accounts) });
}

function settingsOf(facts: AccountFacts): AccountSnapshot["settings"] {
  const { identity, region, deployRole, reach, ignoredTags, role, state, tags, features } = facts;
  const entries = Object.entries(features).flatMap(([feature, map]) =>
    Object.entries(map).map(([key, entry]) => [fieldName([feature, key]), fields(entry)]),
  );
  return {
    account: fields({
      ...{ id: identity.accountId, region, deploy_role_arn: deployRole },
      ...{ profile: reach.profile, deploy_session: reach.session, ignore_tags: ignoredTags },
      ...{ use_fips_endpoint: reach.use_fips_endpoint, use_dualstack_endpoint: reach.use_dualstack_endpoint },
    }),
    role: fields({ name: identity.name, path: identity.path, ...role }),
    state: fields({ backend: state.backend, ...state.settings }),
    tags: fields(tags),
    ...Object.fromEntries(entries),
  };
}

/** The fields of a value by their whole name, each as a string. */
function fields(value: Entry): Group {
  const leaves = (inner: unknown, path: readonly string[]): [string, string][] => {
    if (inner === undefined || inner === null) return [];
    if (isFields(inner)) return Object.entries(inner).flatMap(([key, one]) => leaves(one, [...path, key]));
    return [[fieldName(path), Array.isArray(inner) ? inner.map(String).join(", ") : String(inner) || '""']];
  };
  return Object.fromEntries(leaves(value, []));
}

function allowedBy({ trust, attached, granted }: AccountFacts): unknown[] {
  const all = (document: PolicyDocument | undefined, who?: string) =>
    (document?.Statement ?? []).map((statement) => ({ who, statement }));
  return [
    ...all(trust),
    ...attached.flatMap(({ document }) => all(document, "The machines")),
    ...granted.flatMap(({ document, field }) => all(document, `Whoever has ${fieldName(field)}`)),
  ];
}

/** What differs between two reports in one account of the later one. */
export function compare(last: Snapshot, now: Snapshot, account: string): AccountChange {
  // An account may be called "constructor".
  const before = Object.hasOwn(last.accounts, account) ? last.accounts[account] : undefined;
  const after = now.accounts[account];
  if (!before || !after) return { kind: "new" };
  const changes = [
    ...differences(before.settings, after.settings).flatMap((group) => groupChanges(...group)),
    ...differences(sentences(before), sentences(after)).map(([, ...values]) => change(undefined, ...values)),
  ];
  return changes.length > 0 ? { kind: "changed", changes } : { kind: "unchanged" };
}

/** A group that is new or gone is one change, and so is each field of one that stays. */
function groupChanges(group: string, before: Group | undefined, after: Group | undefined): Change[] {
  const words = (all: Group | undefined) =>
    all &&
    Object.entries(all)
      .map((field) => field.join(" "))
      .join(", ");
  if (!before || !after) return [change(group, words(before), words(after))];
  return differences(before, after).map(([name, ...values]) => {
    const separator = name.startsWith("[") ? "" : ".";
    return change(group === "account" ? name : `${group}${separator}${name}`, ...values);
  });
}

/** The keys whose values differ, with both values. */
function differences<Value>(before: Readonly<Record<string, Value>>, after: Readonly<Record<string, Value>>) {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Map([...was, ...is]).keys()]
    .map((key) => [key, was.get(key), is.get(key)] as const)
    .filter(([, value, other]) => value !== other);
}

function change(field: string | undefined, before: string | undefined, after: string | undefined): Change {
  return { kind: before === undefined ? "added" : after === undefined ? "removed" : "changed", field, before, after };
}

/** What an account allows, in sentences, by what they are made from: the words for it may change. */
function sentences({ attached, allowed }: AccountSnapshot): Record<string, string> {
  return Object.fromEntries([
    ...attached.map((arn) => [arn, `The machines have the policy ${arn}.`]),
    ...allowed.map((one) => [
      JSON.stringify(one),
      one.who === undefined ? oneTrust(one.statement) : `${one.who} may ${statementWords(one.statement)}.`,
    ]),
  ]);
}
