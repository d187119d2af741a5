import { loadFleet } from "../../lib";
import { suggestion } from "../../lib/input/issues";
import type { AccountProps } from "../../lib/props";
import { Refusal } from "./command";
import { ACCOUNTS_FILE } from "./roots";

/**
 * The account of the file that a script is written for.
 * @throws Refusal where the file has none of that name
 */
export function accountNamed(name: string): AccountProps {
  const fleet = loadFleet(ACCOUNTS_FILE);
  const props = fleet.get(name);
  if (props) return props;
  const names = [...fleet.keys()];
  const some = names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
  const hint = suggestion(name, names, `Its accounts are ${some}.`);
  throw new Refusal(`${ACCOUNTS_FILE} has no account ${JSON.stringify(name)}. ${hint}`);
}

/**
 * The value of an option that takes one of a few.
 * @param kind - of the values, as in "There is no shell"
 * @throws Refusal where it is none of them
 */
export function oneOf<Value extends string>(kind: string, values: readonly Value[], value: string): Value {
  const known = values.find((one) => one === value);
  if (known !== undefined) return known;
  const hint = suggestion(value, values, `--${kind} takes ${values.join(" or ")}.`);
  throw new Refusal(`There is no ${kind} ${JSON.stringify(value)}. ${hint}`);
}

/** Prints a script to standard output, as the command of that name. */
export function printScript(name: string, text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
  // npm writes two lines of its own before the script unless told not to, and a file of both is no script.
  const { npm_lifecycle_event, npm_config_loglevel } = process.env;
  if (npm_lifecycle_event === name && npm_config_loglevel !== "silent" && !process.stdout.isTTY) {
    console.error(`npm's own lines stand above the script. To save it: npm run --silent ${name} -- … > ${name}.sh`);
  }
}
