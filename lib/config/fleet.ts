import { readFileSync } from "node:fs";
import { FEATURES } from "../features/features";
import { InvalidInputError } from "../input/errors";
import { exampleOf } from "../input/examples";
import { errorAt, type FieldError, type Finding, fieldErrors, unknownKey } from "../input/issues";
import { type Fields, isFields, merged, takesTrue } from "../input/merged";
import { ACCOUNT_NAME_RULES } from "../input/rules";
import { type Account, expandPlaceholders, fleetAccount, parseAccount } from "./account";
import { backendOf, S3_LOCK, stateInS3 } from "./backends";
import { Report } from "./places";
import { accountSchema, defaultsSchema, type FleetAccount } from "./schema";
import { YamlSource } from "./yaml-source";

/** Notices for valid settings that have no effect, each with its place, the value and what to write instead. */
interface Notices {
  readonly notices: readonly string[];
}

/** Accounts of a file, by name, with all defaults filled in. {@link AccountStack} accepts them. */
export interface Fleet extends ReadonlyMap<string, FleetAccount>, Notices {}

/** Validated accounts of a file, by name. */
export interface Accounts extends ReadonlyMap<string, Account>, Notices {}

/**
 * Reads a file of accounts.
 * @throws InvalidInputError with every error of the file, each with its place
 */
export function loadFleet(file: string): Fleet {
  return fleetOf(readAccounts(file));
}

/**
 * Reads accounts from a YAML string.
 * @param file - file name to show in errors
 * @throws InvalidInputError with every error of the string, each with its place
 */
export function parseFleet(text: string, file = "accounts.yaml"): Fleet {
  return fleetOf(parseAccounts(text, file));
}

function fleetOf(accounts: Accounts): Fleet {
  const fleet = new Map([...accounts].map(([name, account]) => [name, fleetAccount(account)]));
  return Object.assign(fleet, { notices: accounts.notices });
}

/** {@link loadFleet} for internal use. */
export function readAccounts(file: string): Accounts {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const rule = `must be a readable file (${(error as NodeJS.ErrnoException).code}).`;
    const fix = "Create it, or set the environment variable ACCOUNTS_FILE to another file.";
    throw new InvalidInputError([{ file, field: "file", code: "file", rule, fix }]);
  }
  return parseAccounts(decoded(bytes, file), file);
}

/** Decodes a file in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell 5.1 writes it. */
function decoded(bytes: Buffer, file: string): string {
  const begins = (...mark: readonly number[]) => mark.every((byte, index) => bytes[index] === byte);
  const utf32 = begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff);
  const encoding = begins(0xff, 0xfe) ? "utf-16le" : begins(0xfe, 0xff) ? "utf-16be" : "utf-8";
  try {
    if (!utf32) return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // Reported below.
  }
  const fix = "Save it as UTF-8. In PowerShell: Set-Content -Encoding utf8.";
  throw new InvalidInputError([{ file, field: "file", code: "encoding", rule: "must be UTF-8 text.", fix }]);
}

/** {@link parseFleet} for internal use. */
export function parseAccounts(text: string, file = "accounts.yaml"): Accounts {
  const source = new YamlSource(file, text);
  const report = new Report(source);
  const accounts = new Map<string, Account>();
  if (source.value !== undefined) {
    const { defaults: given, entries } = topLevel(source.value, report);
    const defaults = merged(defaultsSchema, given) as Fields;
    checkDefaults(defaults, report);
    noticeEmptyMaps(isFields(given) ? given : {}, {}, (error) => report.notice(error));
    checkNames(Object.keys(entries), report);
    for (const [name, entry] of Object.entries(entries)) {
      const fields = entry ?? {};
      if (!isFields(fields)) {
        const [rule, fix] = isField(name)
          ? [
              "must be a map: a key under accounts is the name of an account.",
              `${name} is a field of an account: indent it further than the account's name.`,
            ]
          : ["must be a map.", `Write ${name}: ${exampleOf(accountSchema)}.`];
        report.add(name, ofName({ code: "wrong_type", rule, fix }));
        continue;
      }
      noticeEmptyMaps(fields, defaults, (error) => report.notice(error, name));
      const { account, errors } = parseAccount(name, merged(accountSchema, fields, defaults) as Fields);
      for (const error of errors) report.add(name, error);
      if (account) accounts.set(name, account);
    }
    checkFleet(accounts, report);
  }
  report.throwIfAny();
  return Object.assign(accounts, { notices: report.notices });
}

/** Reports a feature's empty map that turns nothing off. Its author may want to turn the feature on. */
function noticeEmptyMaps(given: Fields, inherited: Fields, notice: (error: FieldError) => void): void {
  for (const { name, entries } of FEATURES) {
    const [value, before] = [given[name], inherited[name]];
    if (!isFields(value) || Object.keys(value).length > 0 || (isFields(before) && Object.keys(before).length > 0))
      continue;
    const on = takesTrue(entries) ? "true" : exampleOf(entries);
    const rule = "has no effect: it turns nothing on, and defaults contain nothing that it turns off.";
    notice(
      errorAt([name], {
        code: "empty_map",
        value,
        rule,
        fix: `Write ${name}: ${on} to turn it on, or remove the line.`,
      }),
    );
  }
}

function ofName(finding: Finding): FieldError {
  return { path: [], field: "name", inKey: true, ...finding };
}

const TOP_LEVEL = ["defaults", "accounts"];

function topLevel(value: unknown, report: Report): { readonly defaults: Fields; readonly entries: Fields } {
  const fields = isFields(value) ? value : {};
  let underneath = false;
  for (const [key, inner] of Object.entries(fields)) {
    // x- keys are for anchors, as in Compose files and GitLab pipelines.
    if (TOP_LEVEL.includes(key) || key.startsWith("x-")) continue;
    const error = unknownKey([key], TOP_LEVEL);
    const isAccount = isFields(inner) && Object.keys(inner).some(isField);
    underneath ||= isAccount;
    report.addTop(
      isAccount ? { ...error, fix: `Write accounts: above it, and indent ${key} and its fields below.` } : error,
    );
  }
  const { defaults, accounts } = fields;
  if (!isFields(defaults ?? {})) {
    const fix = `Write account fields in it, such as defaults: { region: ${exampleOf(accountSchema.shape.region)} }.`;
    report.addTop(errorAt(["defaults"], { code: "wrong_type", value: defaults, rule: "must be a map.", fix }));
  }
  // An account outside accounts is one error, not two.
  if ((!isFields(accounts) && !underneath) || (isFields(accounts) && Object.keys(accounts).length === 0)) {
    const [rule, example] = Array.isArray(accounts)
      ? ["must be a map, not a list: the key of each account is its name.", inMap(accounts[0])]
      : ["must be a map with at least one account.", `factory-eu: ${exampleOf(accountSchema)}`];
    const fix = `Write accounts: { ${example} }, or the same on several lines.`;
    report.addTop(errorAt(["accounts"], { code: "missing", rule, fix }));
  }
  return { defaults: isFields(defaults) ? defaults : {}, entries: isFields(accounts) ? accounts : {} };
}

function isField(key: string): boolean {
  return Object.hasOwn(accountSchema.shape, key);
}

/** Returns an item of a list of accounts as an entry of the map. */
function inMap(item: unknown): string {
  const { name, id } = isFields(item) ? item : {};
  const known = typeof name === "string" ? name : "factory-eu";
  return `${known}: ${exampleOf(accountSchema.pick({ id: true }), id)}`;
}

// Accounts may set fields that defaults lack. Fields in defaults must be valid even if every account overrides them.
function checkDefaults(defaults: Fields, report: Report): void {
  const sample = { id: "000000000000", region: defaults.region ?? "us-east-1" };
  const expanded = expandPlaceholders(defaults, "account", sample);
  const result = defaultsSchema.safeParse(expanded);
  for (const error of fieldErrors(defaultsSchema, expanded, result.error)) {
    if (error.code === "missing") continue;
    report.addTop({ ...error, path: ["defaults", ...error.path], field: `defaults.${error.field}` });
  }
}

function checkNames(names: readonly string[], report: Report): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    for (const { code, pattern, forbids, says, fix, page } of ACCOUNT_NAME_RULES) {
      if (pattern.test(name) === Boolean(forbids)) {
        report.add(name, ofName({ code, value: name, rule: `${says}.`, fix, ...(page && { page }) }));
      }
    }
    const twin = clash(seen, name.toLowerCase(), name);
    if (twin !== undefined) {
      const rule = `must differ from ${twin} in more than case: both are names of folders.`;
      report.add(name, ofName({ code: "account_name", value: name, rule, fix: "Rename one of the two." }));
    }
  }
}

function checkFleet(accounts: ReadonlyMap<string, Account>, report: Report): void {
  const roles = new Map<string, string>();
  const states = new Map<string, string>();
  const lockOf = ({ fields: { region, state } }: Account) => backendOf(state.backend).lock?.(state, region);
  const locks = new Map([...accounts].map(([name, account]) => [lockOf(account), name]));
  for (const [name, { fields, serviceRole }] of accounts) {
    const { id, region, role, state } = fields;
    const sameRole = clash(roles, `${serviceRole.identity.partition} ${id} ${role.name.toLowerCase()}`, name);
    if (sameRole !== undefined) {
      const rule = `must differ from the role of ${sameRole}, which is in the same AWS account ${id} (IAM names are not case-sensitive).`;
      const fix = "Set another role.name for the second role, correct the id, or remove one of the two.";
      report.add(name, errorAt(["role", "name"], { code: "same_role", value: role.name, rule, fix }));
    }
    const place = backendOf(state.backend).identity(state, name, region);
    const sameState = clash(states, place, name);
    if (sameState !== undefined) {
      const rule = `must not use the same state file as ${sameState}: each would destroy the other's resources.`;
      const fix = "Add {account_name} to the state's key, path, address or workspace.";
      report.add(name, errorAt(["state"], { code: "shared_state", rule, fix }));
    }
    const locked = locks.get(place);
    if (locked !== undefined) {
      const rule =
        `must not be the key of ${locked}'s state plus ${S3_LOCK}: Terraform stores the lock of ${locked}'s state there, and would ` +
        `overwrite and delete the state of ${name}.`;
      const value = stateInS3(fields)?.key;
      report.add(name, errorAt(["state", "key"], { code: "state_is_lock", value, rule, fix: "Choose another key." }));
    }
  }
}

/** Returns the first owner of a key, if it has one already. */
function clash(seen: Map<string, string>, key: string, name: string): string | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, name);
  return first;
}
