import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Account } from "../../lib/config/account";
import type { Accounts } from "../../lib/config/fleet";
import { suggestion } from "../../lib/input/issues";
import { Refusal } from "./refusal";
import { ACCOUNTS_FILE } from "./roots";

/** Argument for the names of accounts. */
export const ACCOUNT_NAMES = ["[account...]", `names of accounts in ${ACCOUNTS_FILE} (default: all)`] as const;

/** Returns the error for a name that is not in the file. */
export function noAccount(accounts: Accounts, name: string, file: string): string {
  return `${file} has no account ${name}. ${suggestion(name, [...accounts.keys()], "Use a name from the file.")}`;
}

/**
 * Returns the accounts with these names, in the order of the file. Without names, returns all accounts.
 * @throws Refusal that lists the names that are not in the file
 */
export function chosen(accounts: Accounts, names: readonly string[], file: string): Account[] {
  const unknown = names.filter((name) => !accounts.has(name));
  if (unknown.length > 0) throw new Refusal(unknown.map((name) => noAccount(accounts, name, file)).join("\n"));
  return [...accounts.values()].filter(({ name }) => names.length === 0 || names.includes(name));
}

/**
 * Parses the value of `--parallelism`.
 * @throws InvalidArgumentError unless it is a whole number of at least 1
 */
export function parallelismOf(value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}
