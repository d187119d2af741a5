import { writeFileSync } from "node:fs";
import { loadFleet } from "../../lib";
import { suggestion } from "../../lib/input/issues";
import type { AccountProps } from "../../lib/props";
import { Refusal } from "./refusal";
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

/** The option of the commands that print a text. */
export const OUTPUT = ["--output <file>", "write to this file instead of standard output"] as const;

/**
 * Writes a text to a file, or to standard output.
 * @param name - of the npm script, for the advice
 */
export function printText(name: string, text: string, output: string | undefined): void {
  const whole = `${text.trimEnd()}\n`;
  if (output !== undefined) {
    writeFileSync(output, whole);
    console.error(`Written: ${output}`);
    return;
  }
  process.stdout.write(whole);
  // npm prints two lines of its own first, unless told not to: they would be in a file that standard output goes to.
  const { npm_lifecycle_event, npm_config_loglevel } = process.env;
  if (npm_lifecycle_event === name && npm_config_loglevel !== "silent" && !process.stdout.isTTY) {
    console.error(`npm printed two lines above the text. To save the text alone: npm run ${name} -- … --output <file>`);
  }
}
