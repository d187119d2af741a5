import { readFileSync } from "node:fs";
import { InvalidInputError } from "../input/errors";
import { type Finding, faultAt, type PathFault, pathFaults, unknownKey } from "../input/issues";
import { ACCOUNT_NAME } from "../input/rules";
import { type Account, expandPlaceholders, fleetAccount, parseAccount } from "./account";
import { backendOf, S3_LOCK, stateInS3 } from "./backends";
import { type Fields, isFields, mergeDefaults } from "./defaults";
import { Report } from "./places";
import { defaultsSchema, type FleetAccount } from "./schema";
import { YamlSource } from "./yaml-source";

/** The accounts of a file, by name, as {@link AccountStack} takes them, all defaults filled in. */
export type Fleet = ReadonlyMap<string, FleetAccount>;

/** The validated accounts of a file, by name. */
export type Accounts = ReadonlyMap<string, Account>;

/**
 * Reads a file of accounts.
 * @throws InvalidInputError with every error of the file, each with its place
 */
export function loadFleet(file: string): Fleet {
  return fleetOf(readAccounts(file));
}

/**
 * Reads accounts from a YAML string.
 * @param file - the name to show in errors
 * @throws InvalidInputError with every error of the string, each with its place
 */
export function parseFleet(text: string, file = "accounts.yaml"): Fleet {
  return fleetOf(parseAccounts(text, file));
}

function fleetOf(accounts: Accounts): Fleet {
  return new Map([...accounts].map(([name, account]) => [name, fleetAccount(account)]));
}

/** {@link loadFleet}, for the code of this project. */
export function readAccounts(file: string): Accounts {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const rule = `must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`;
    const fix = "Create it, or name another in the environment variable ACCOUNTS_FILE.";
    throw new InvalidInputError([{ file, field: "file", code: "file", rule, fix }]);
  }
  return parseAccounts(text, file);
}

/** {@link parseFleet}, for the code of this project. */
export function parseAccounts(text: string, file = "accounts.yaml"): Accounts {
  const source = new YamlSource(file, text);
  const report = new Report(source);
  const accounts = new Map<string, Account>();
  if (source.value !== undefined) {
    const { defaults, entries } = topLevel(source.value, report);
    checkDefaults(defaults, report);
    checkNames(Object.keys(entries), report);
    for (const [name, fields] of Object.entries(entries)) {
      if (!isFields(fields)) {
        report.add(
          name,
          ofName({ code: "wrong_type", rule: "must be a mapping.", fix: "Write at least id and region under it." }),
        );
        continue;
      }
      const { account, faults } = parseAccount(name, mergeDefaults(defaults, fields));
      for (const fault of faults) report.add(name, fault);
      if (account) accounts.set(name, account);
    }
    checkFleet(accounts, report);
  }
  report.throwIfAny();
  return accounts;
}

function ofName(finding: Finding): PathFault {
  return { path: [], field: "name", inKey: true, ...finding };
}

const TOP_LEVEL = ["defaults", "accounts"];

function topLevel(value: unknown, report: Report): { readonly defaults: Fields; readonly entries: Fields } {
  const fields = isFields(value) ? value : {};
  for (const key of Object.keys(fields)) {
    if (!TOP_LEVEL.includes(key)) report.addTop(unknownKey([key], TOP_LEVEL));
  }
  const { defaults = {}, accounts } = fields;
  if (!isFields(defaults)) {
    const fix = "Write fields under it, or remove it.";
    report.addTop(faultAt(["defaults"], { code: "wrong_type", rule: "must be a mapping.", fix }));
  }
  if (!isFields(accounts) || Object.keys(accounts).length === 0) {
    const rule = "must be a mapping with an account at least.";
    const fix = "Write accounts:, and under it a name of your own with id and region.";
    report.addTop(faultAt(["accounts"], { code: "missing", rule, fix }));
  }
  return { defaults: isFields(defaults) ? defaults : {}, entries: isFields(accounts) ? accounts : {} };
}

// In defaults, what is missing may come from the account; what is there must be right even where every account overrides it.
function checkDefaults(defaults: Fields, report: Report): void {
  const sample = { id: "000000000000", region: defaults.region ?? "us-east-1" };
  const expanded = expandPlaceholders(defaults, "account", sample);
  const { error } = defaultsSchema.safeParse(expanded);
  for (const fault of pathFaults(defaultsSchema, expanded, error)) {
    if (fault.code === "missing") continue;
    report.addTop({ ...fault, path: ["defaults", ...fault.path], field: `defaults.${fault.field}` });
  }
}

function checkNames(names: readonly string[], report: Report): void {
  const { code, pattern, says, fix } = ACCOUNT_NAME;
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!pattern.test(name)) report.add(name, ofName({ code, value: name, rule: `${says}.`, fix }));
    const twin = clash(seen, name.toLowerCase(), name);
    if (twin !== undefined) {
      const rule = `must differ from ${twin} in more than case: both name a folder.`;
      report.add(name, ofName({ code, value: name, rule, fix: "Rename one of the two." }));
    }
  }
}

function checkFleet(accounts: Accounts, report: Report): void {
  const roles = new Map<string, string>();
  const states = new Map<string, string>();
  const locks = new Map(
    [...accounts].map(
      ([
        name,
        {
          fields: { region, state },
        },
      ]) => [backendOf(state.backend).lock?.(state, region), name],
    ),
  );
  for (const [name, { fields, serviceRole }] of accounts) {
    const { id, region, role, state } = fields;
    const sameRole = clash(roles, `${serviceRole.identity.partition} ${id} ${role.name.toLowerCase()}`, name);
    if (sameRole !== undefined) {
      const rule = `must differ from the role of ${sameRole}, which is in the same AWS account ${id} (IAM does not tell cases apart).`;
      const fix = "Give the second role another role.name, correct the id, or remove one of the two.";
      report.add(name, faultAt(["role", "name"], { code: "same_role", value: role.name, rule, fix }));
    }
    const place = backendOf(state.backend).identity(state, name, region);
    const sameState = clash(states, place, name);
    if (sameState !== undefined) {
      const rule = `must not share one state with ${sameState}: each would destroy what the other made.`;
      const fix = "Put {account_name} into the state's key, path, address or workspace.";
      report.add(name, faultAt(["state"], { code: "shared_state", rule, fix }));
    }
    const locked = locks.get(place);
    if (locked !== undefined) {
      const rule =
        `must not be the key of ${locked}'s state with ${S3_LOCK}: Terraform keeps the lock of ${locked}'s state there, and would ` +
        `overwrite and delete the state of ${name}.`;
      const value = stateInS3(fields)?.key;
      report.add(name, faultAt(["state", "key"], { code: "state_is_lock", value, rule, fix: "Choose another key." }));
    }
  }
}

/** The first owner of a key, where there is another already. */
function clash(seen: Map<string, string>, key: string, name: string): string | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, name);
  return first;
}
