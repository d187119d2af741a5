import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { parseAccounts } from "../../lib/config/fleet";
import { ACCOUNT_NAME_RULES } from "../../lib/input/rules";
import { Refusal } from "./refusal";

/** An account of an organization. */
export interface Member {
  readonly id: string;
  readonly name: string;
  /** `ACTIVE`, or a state in which Terraform cannot use it: `SUSPENDED`, `PENDING_CLOSURE`, `PENDING_ACTIVATION`, `CLOSED`. */
  readonly state: string;
  /** True for the management account of the organization. Service control policies do not apply to it. */
  readonly isManagement: boolean;
}

/** The file of accounts, completed with the missing accounts. */
export interface Proposal {
  readonly text: string;
  /** The added accounts, by name. */
  readonly added: ReadonlyMap<string, Member>;
  /** Accounts in the file that are not active members of the organization, by name, with the reason. They stay in the file. */
  readonly left: ReadonlyMap<string, string>;
}

/**
 * Adds the missing accounts at the end of a file of accounts. The rest of the text does not change.
 * @param text - of the file; empty for a new file
 * @param members - all accounts of the organization
 * @param selected - ids of the accounts that the file should contain
 * @param region - of the new accounts, if `defaults` has none
 * @throws InvalidInputError if the file has errors, Refusal if the region is missing
 */
export function addAccounts(
  file: string,
  text: string,
  members: readonly Member[],
  selected: ReadonlySet<string>,
  region?: string,
): Proposal {
  const known = hasAccounts(text) ? [...parseAccounts(text, file)] : [];
  const ids = new Set(known.map(([, { fields }]) => fields.id));
  const byId = new Map(members.map((member) => [member.id, member]));
  const left = known.flatMap(([name, { fields }]): [string, string][] => {
    const state = byId.get(fields.id)?.state;
    return state === "ACTIVE" ? [] : [[name, state === undefined ? "is not in the organization" : `is ${state}`]];
  });
  const missing = members.filter(({ id, state }) => selected.has(id) && state === "ACTIVE" && !ids.has(id));
  const added = named(missing, new Set(known.map(([name]) => name.toLowerCase())));
  if (added.size === 0) return { text, added, left: new Map(left) };

  const fields = [...(region === undefined ? [] : [`region: ${region}`])];
  if (fields.length === 0 && !hasRegion(text)) {
    throw new Refusal(
      `defaults in ${file} has no region. Add --region with the region of the new accounts, for example --region eu-central-1.`,
    );
  }
  const entries = [...added].map(([name, { id }]) => ({ name, fields: [`id: "${id}"`, ...fields] }));
  const unix = text.replaceAll("\r\n", "\n");
  const proposed = unix === text ? inserted(text, entries) : inserted(unix, entries).replaceAll("\n", "\r\n");
  // The new file must be valid, and must keep every account as it was.
  const parsed = parseAccounts(proposed, file);
  for (const [name, { fields: before }] of known) {
    if (JSON.stringify(parsed.get(name)?.fields) !== JSON.stringify(before)) throw new Error(`${name} would change`);
  }
  return { text: proposed, added, left: new Map(left) };
}

/** Makes unique names for new accounts from their names in the organization. */
function named(members: readonly Member[], taken: Set<string>): Map<string, Member> {
  const names = new Map<string, Member>();
  for (const member of [...members].sort((a, b) => a.name.localeCompare(b.name, "en") || a.id.localeCompare(b.id))) {
    const slug = member.name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 50);
    const isName = ACCOUNT_NAME_RULES.every(({ pattern, forbids }) => pattern.test(slug) !== Boolean(forbids));
    const name = isName && !taken.has(slug) ? slug : `${isName ? slug : "account"}-${member.id}`;
    taken.add(name);
    names.set(name, member);
  }
  return names;
}

interface NewAccount {
  readonly name: string;
  readonly fields: readonly string[];
}

/** Returns the text with accounts after the last one, in the style of the existing map. */
function inserted(text: string, accounts: readonly NewAccount[]): string {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const pair = isMap(document.contents)
    ? document.contents.items.find(({ key }) => isScalar(key) && key.value === "accounts")
    : undefined;
  const map = pair?.value as YAMLMap | null | undefined;
  if (isMap(map) && map.flow) {
    const close = (map.range as [number, number, number])[1] - 1;
    const before = text.slice(0, close).trimEnd();
    const entries = accounts.map(({ name, fields }) => `${name}: { ${fields.join(", ")} }`).join(", ");
    return `${before}${/[{,]$/.test(before) ? " " : ", "}${entries}${text.slice(before.length)}`;
  }
  const last = isMap(map) ? map.items.at(-1) : undefined;
  const [keyAt] = ((last?.key as { range?: [number] } | undefined)?.range ?? []) as number[];
  const indent = keyAt === undefined ? 2 : lines.linePos(keyAt).col - 1;
  const block = accounts.map(({ name, fields }) => {
    const all = fields.map((field) => `${" ".repeat(indent * 2)}${field}\n`);
    return `${" ".repeat(indent)}${name}:\n${all.join("")}`;
  });
  const end = isMap(map) ? endOfBlock(text, lastContent(map), indent) : undefined;
  if (end !== undefined) return `${withNewline(text.slice(0, end))}${block.join("")}${text.slice(end)}`;
  const key = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
  const at = key ? lineEnd(text, key[1]) : text.length;
  return `${withNewline(text.slice(0, at))}${key ? "" : "accounts:\n"}${block.join("")}${text.slice(at)}`;
}

/** Returns the end of the last value or key in a node. The node's own end is after the comments that follow. */
function lastContent(node: unknown): number {
  if (isMap(node) && !node.flow && node.items.length > 0) {
    const { key, value } = node.items.at(-1) as { key: unknown; value: unknown };
    return Math.max(lastContent(key), lastContent(value));
  }
  if (isSeq(node) && !node.flow && node.items.length > 0) return lastContent(node.items.at(-1));
  return (node as { range?: readonly number[] } | null)?.range?.[1] ?? 0;
}

/** Returns the end of a block: after its last value and the comments that are indented further than its keys. */
function endOfBlock(text: string, from: number, indent: number): number {
  let end = text[from - 1] === "\n" ? from : lineEnd(text, from);
  for (;;) {
    const next = text.slice(end, lineEnd(text, end));
    if (!new RegExp(`^ {${indent + 1},}#`).test(next)) return end;
    end += next.length;
  }
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline < 0 ? text.length : newline + 1;
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Whether the file contains accounts. A file without accounts is valid here. */
function hasAccounts(text: string): boolean {
  const { contents } = parseDocument(text);
  const accounts = isMap(contents) ? contents.get("accounts", true) : undefined;
  return (
    contents !== null &&
    !(
      isMap(contents) &&
      (accounts === undefined ||
        (isMap(accounts) ? accounts.items.length === 0 : isScalar(accounts) && accounts.value === null))
    )
  );
}

function hasRegion(text: string): boolean {
  const value: unknown = parseDocument(text, { merge: true }).toJS();
  const defaults = (value as { defaults?: { region?: unknown } | null } | null)?.defaults;
  return typeof defaults?.region === "string";
}
