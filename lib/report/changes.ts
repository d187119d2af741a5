import { z } from "zod";
import type { PolicyDocument } from "../aws/policy-document";
import { fieldName } from "../input/issues";
import { isFields } from "../input/merged";
import { type Effect, effectOf, isComparable, isCovered } from "./effect";
import { type AccountFacts, type Entry, statementSchema } from "./read";
import { oneTrust, statementWords } from "./words";

/** Group of settings, such as the settings of an entry: field names and values. */
const groupSchema = z.record(z.string(), z.string());
type Group = z.output<typeof groupSchema>;

/** Facts that a report stores for each account, so that the next report can be compared with it. */
export const snapshotSchema = z.strictObject({
  format: z.literal(1),
  /** Date of the report. */
  made: z.string(),
  accounts: z.record(
    z.string(),
    z.strictObject({
      /** Groups by name: `role`, `s3_buckets.logs`. */
      settings: z.record(z.string(), groupSchema),
      /** ARNs of the role's policies that are not created here. */
      attached: z.array(z.string()),
      /** Statements, and who they apply to. Stored as statements, because their wording in reports can change. */
      allowed: z.array(z.strictObject({ who: z.string().optional(), statement: statementSchema })),
    }),
  ),
});

export type Snapshot = z.output<typeof snapshotSchema>;
type AccountSnapshot = Snapshot["accounts"][string];

/** A field or sentence that differs from the last report. */
export interface Change {
  readonly kind: "added" | "removed" | "changed";
  /** Field in the file. @default - the change is a sentence about permissions */
  readonly field?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** Effect of the change on access. @default - none, or unknown */
  readonly effect?: Effect | undefined;
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
  // Parsed as when it is read, so that both sides of a comparison have the same key order.
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

/** Returns the fields of a value by full name, as strings. */
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
    ...attached.flatMap(({ document }) => all(document, "Machines")),
    ...granted.flatMap(({ document, field }) => all(document, `People with ${fieldName(field)}`)),
  ];
}

/** Returns how one account of the later report differs from the earlier report. */
export function compare(last: Snapshot, now: Snapshot, account: string): AccountChange {
  // An account can have the name "constructor".
  const before = Object.hasOwn(last.accounts, account) ? last.accounts[account] : undefined;
  const after = now.accounts[account];
  if (!before || !after) return { kind: "new" };
  const changes = [
    ...differences(before.settings, after.settings).flatMap((group) => groupChanges(...group)),
    ...attachedChanges(before.attached, after.attached),
    ...allowedChanges(before.allowed, after.allowed),
  ];
  return changes.length > 0 ? { kind: "changed", changes } : { kind: "unchanged" };
}

/** Returns one change for a new or removed group, and one for each different field of other groups. */
function groupChanges(group: string, before: Group | undefined, after: Group | undefined): Change[] {
  // An entry of a feature can have no settings.
  const words = (all: Group | undefined) =>
    all &&
    (Object.entries(all)
      .map((field) => field.join(" "))
      .join(", ") ||
      "no settings");
  if (!before || !after) return [change(group, words(before), words(after))];
  return differences(before, after).map(([name, ...values]) => {
    const separator = name.startsWith("[") ? "" : ".";
    const field = group === "account" ? name : `${group}${separator}${name}`;
    return { ...change(field, ...values), ...effectPart(settingEffect(field, ...values)) };
  });
}

/** Returns the keys whose values differ, with both values. */
function differences<Value>(before: Readonly<Record<string, Value>>, after: Readonly<Record<string, Value>>) {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Map([...was, ...is]).keys()]
    .map((key) => [key, was.get(key), is.get(key)] as const)
    .filter(([, value, other]) => value !== other);
}

function change(field: string | undefined, before: string | undefined, after: string | undefined): Change {
  return { kind: before === undefined ? "added" : after === undefined ? "removed" : "changed", field, before, after };
}

/** Returns the optional member, or nothing if there is no effect. */
function effectPart(effect: Effect | undefined): Pick<Change, "effect"> {
  return effect === undefined ? {} : { effect };
}

/**
 * Returns the effect of a setting on access. A permissions boundary limits the role, and lists of names are the people
 * who have a policy. The effect of other settings is in the statements that are derived from them.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
function settingEffect(field: string, before: string | undefined, after: string | undefined): Effect | undefined {
  if (field === "role.permissions_boundary") {
    if (after === undefined) return "wider";
    return before === undefined ? "narrower" : undefined;
  }
  if (!/^user_access\b.*\.(groups|roles|users)$/.test(field)) return undefined;
  const [was, is] = [before, after].map((names) => names?.split(", ").filter((name) => name !== '""') ?? []);
  const [gain, loss] = [is?.some((name) => !was?.includes(name)), was?.some((name) => !is?.includes(name))];
  return effectOf(gain ?? false, loss ?? false);
}

function attachedChanges(before: readonly string[], after: readonly string[]): Change[] {
  const sentence = (arn: string) => `Machines have the policy ${arn}.`;
  return [
    ...before
      .filter((arn) => !after.includes(arn))
      .map((arn): Change => ({ ...change(undefined, sentence(arn), undefined), effect: "narrower" })),
    ...after
      .filter((arn) => !before.includes(arn))
      .map((arn): Change => ({ ...change(undefined, undefined, sentence(arn)), effect: "wider" })),
  ];
}

type Allowed = AccountSnapshot["allowed"][number];

/** Returns changes of statements. It compares statements, not their wording, which can change. */
function allowedChanges(before: readonly Allowed[], after: readonly Allowed[]): Change[] {
  const without = (all: readonly Allowed[], others: readonly Allowed[]) => {
    // A statement's Sid has no effect on access.
    const keyOf = ({ who, statement: { Sid: _, ...rest } }: Allowed) => JSON.stringify([who, rest]);
    const known = new Set(others.map(keyOf));
    return all.filter((one) => !known.has(keyOf(one)));
  };
  const added = without(after, before);
  const changes = without(before, after).map((was) => {
    const index = added.findIndex((is) => isSuccessor(was, is));
    const [is] = index < 0 ? [] : added.splice(index, 1);
    return allowedChange(was, is, before, after);
  });
  return [...changes, ...added.map((is) => allowedChange(undefined, is, before, after))];
}

/** Returns whether a statement is an edited version of another: same people, and same actions or resources. */
function isSuccessor(was: Allowed, is: Allowed): boolean {
  if (was.who !== is.who || was.statement.Effect !== is.statement.Effect) return false;
  const same = (key: "Action" | "Resource" | "Principal") =>
    JSON.stringify(was.statement[key]) === JSON.stringify(is.statement[key]);
  return same("Principal") && (same("Action") || (is.statement.Resource !== undefined && same("Resource")));
}

function allowedChange(
  was: Allowed | undefined,
  is: Allowed | undefined,
  before: readonly Allowed[],
  after: readonly Allowed[],
): Change {
  const sentence = ({ who, statement }: Allowed) =>
    who === undefined ? oneTrust(statement) : `${who} can ${statementWords(statement)}.`;
  const isNew = (one: Allowed | undefined, others: readonly Allowed[]) => {
    const theirs = others.filter(({ who }) => who === one?.who).map(({ statement }) => statement);
    return one !== undefined && !isCovered(one.statement, theirs);
  };
  const [gain, loss] = [isNew(is, before), isNew(was, after)];
  const canTell = !was || !is || (isComparable(was.statement) && isComparable(is.statement));
  const denies = (was ?? is)?.statement.Effect === "Deny";
  return {
    ...change(undefined, was && sentence(was), is && sentence(is)),
    ...(canTell && effectPart(denies ? effectOf(loss, gain) : effectOf(gain, loss))),
  };
}
