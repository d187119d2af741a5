import { availableParallelism } from "node:os";
import type { Account } from "../../lib/config/account";
import type { Accounts } from "../../lib/config/fleet";
import { suggestion } from "../../lib/input/issues";
import { Refusal } from "./command";

/**
 * The accounts that a command is asked for, in the order of the file; all where none is named.
 * @throws Refusal naming each that is not in the file
 */
export function chosen(accounts: Accounts, names: readonly string[], file: string): Account[] {
  const unknown = names.filter((name) => !accounts.has(name));
  if (unknown.length > 0) {
    const told = unknown.map((name) => {
      const hint = suggestion(name, [...accounts.keys()], "Write a name as in the file.");
      return `${name} is no account of ${file}. ${hint}`;
    });
    throw new Refusal(told.join("\n"));
  }
  return [...accounts.values()].filter(({ name }) => names.length === 0 || names.includes(name));
}

/**
 * How many accounts are at work at one time.
 * @param value - as given on the command line. @default - the number of processors
 * @throws Refusal where it is no whole number from 1
 */
export function parallelismOf(value: string | undefined): number {
  const parallelism = Number(value ?? availableParallelism());
  if (Number.isInteger(parallelism) && parallelism >= 1) return parallelism;
  throw new Refusal(`--parallelism ${value} must be a whole number from 1: accounts at work at one time.`);
}
