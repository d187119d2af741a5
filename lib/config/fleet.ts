import { readFileSync } from "node:fs";
import { InvalidInputError } from "../input/errors";
import { fieldName, type PathFault, pathFaults, suggestion } from "../input/issues";
import { ACCOUNT_NAME } from "../input/rules";
import { type Account, expandPlaceholders, fleetAccount, parseAccount } from "./account";
import { stateIdentity } from "./backends";
import { isFields, mergeDefaults } from "./defaults";
import { Report } from "./places";
import { defaultsSchema, type FleetAccount } from "./schema";
import { YamlSource } from "./yaml-source";

/** The accounts of a file, by name, as {@link AccountStack} takes them, all defaults filled in. */
export type Fleet = ReadonlyMap<string, FleetAccount>;

/**
 * Reads a file of accounts.
 * @throws InvalidInputError with every fault of the file, each with its place
 */
export function loadFleet(file: string): Fleet {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const rule = `must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`;
    const fix = "Create it, or name another in the environment variable ACCOUNTS_FILE.";
    throw new InvalidInputError([{ file, field: "file", code: "file", rule, fix }]);
  }
  return parseFleet(text, file);
}

/**
 * Reads accounts from a YAML text.
 * @param file - the name to show in faults
 * @throws InvalidInputError with every fault of the text, each with its place
 */
export function parseFleet(text: string, file = "accounts.yaml"): Fleet {
  const source = new YamlSource(file, text);
  const report = new Report(source);
  const accounts = new Map<string, Account>();
  if (source.value !== undefined) {
    const { defaults, entries } = topLevel(source.value, report);
    checkDefaults(defaults, report);
    checkNames(Object.keys(entries), report);
    for (const [name, fields] of Object.entries(entries)) {
      if (!isFields(fields)) {
        report.add(name, accountKey("wrong_type", "must be a mapping.", "Write at least id and region under it."));
        continue;
      }
      const { account, faults } = parseAccount(name, mergeDefaults(defaults, fields));
      for (const fault of faults) report.add(name, fault);
      if (account) accounts.set(name, account);
    }
    checkFleet(accounts, report);
  }
  report.throwIfAny();
  return new Map([...accounts].map(([name, account]) => [name, fleetAccount(account)]));
}

/** A fault of an account's key. */
function accountKey(code: string, rule: string, fix: string): PathFault {
  return { path: [], field: "name", inKey: true, code, rule, fix };
}

const TOP_LEVEL = ["defaults", "accounts"];

function topLevel(value: unknown, report: Report) {
  const fields = isFields(value) ? value : {};
  for (const key of Object.keys(fields).filter((name) => !TOP_LEVEL.includes(name))) {
    const fix = suggestion(key, TOP_LEVEL);
    report.addTop({
      path: [key],
      inKey: true,
      field: fieldName([key]),
      code: "unknown_key",
      rule: `must be one of ${TOP_LEVEL.join(", ")}.`,
      fix,
    });
  }
  const { defaults = {}, accounts } = fields;
  if (!isFields(defaults)) {
    report.addTop({
      path: ["defaults"],
      field: "defaults",
      code: "wrong_type",
      rule: "must be a mapping.",
      fix: "Write fields under it, or remove it.",
    });
  }
  if (!isFields(accounts) || Object.keys(accounts).length === 0) {
    const rule = "must be a mapping with an account at least.";
    const fix = "Write accounts:, and under it a name of your own with id and region.";
    report.addTop({ path: ["accounts"], field: "accounts", code: "missing", rule, fix });
  }
  return { defaults: isFields(defaults) ? defaults : {}, entries: isFields(accounts) ? accounts : {} };
}

// In defaults, what is missing may come from the account; what is there must be right even where every account overrides it.
function checkDefaults(defaults: Readonly<Record<string, unknown>>, report: Report): void {
  const sample = { id: "000000000000", region: defaults.region ?? "us-east-1" };
  const expanded = expandPlaceholders(defaults, "account", sample);
  const { error } = defaultsSchema.safeParse(expanded);
  for (const fault of error ? pathFaults(defaultsSchema, expanded, error) : []) {
    if (fault.code !== "missing")
      report.addTop({ ...fault, path: ["defaults", ...fault.path], field: `defaults.${fault.field}` });
  }
}

function checkNames(names: readonly string[], report: Report): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (!ACCOUNT_NAME.pattern.test(name)) {
      report.add(name, { ...accountKey(ACCOUNT_NAME.code, `${ACCOUNT_NAME.says}.`, ACCOUNT_NAME.fix), value: name });
    }
    const twin = clash(seen, name.toLowerCase(), name);
    if (twin !== undefined) {
      const rule = `must differ from ${twin} in more than case: both name a folder.`;
      report.add(name, { ...accountKey(ACCOUNT_NAME.code, rule, "Rename one of the two."), value: name });
    }
  }
}

function checkFleet(accounts: ReadonlyMap<string, Account>, report: Report): void {
  const roles = new Map<string, string>();
  const states = new Map<string, string>();
  for (const [name, { fields }] of accounts) {
    const { id, role, state } = fields;
    const sameRole = clash(roles, `${id} ${role.name.toLowerCase()}`, name);
    if (sameRole !== undefined) {
      report.add(name, {
        path: ["role", "name"],
        field: "role.name",
        code: "same_role",
        value: role.name,
        rule: `must differ from the role of ${sameRole}, which is in the same AWS account ${id} (IAM does not tell cases apart).`,
        fix: "Give the second role another role.name, correct the id, or remove one of the two.",
      });
    }
    const sameState = clash(states, stateIdentity(state, name), name);
    if (sameState !== undefined) {
      report.add(name, {
        path: ["state"],
        field: "state",
        code: "shared_state",
        rule: `must not share one state with ${sameState}: each would destroy what the other made.`,
        fix: "Put {account_name} into the state's key, path, address or workspace.",
      });
    }
  }
}

/** The first owner of a key, where there is another already. */
function clash(seen: Map<string, string>, key: string, name: string): string | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, name);
  return first;
}
