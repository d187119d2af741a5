import { writeFileSync } from "node:fs";
import { loadFleet } from "../../lib";
import { suggestion } from "../../lib/input/issues";
import type { AccountProps } from "../../lib/props";
import { Refusal } from "./refusal";
import { ACCOUNTS_FILE } from "./roots";

/**
 * Returns the account for a script.
 * @throws Refusal if the file has no account with this name
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

/** Option of the commands that print a script or template. */
export const OUTPUT = ["--output <file>", "write to this file instead of standard output"] as const;

/**
 * Writes text to a file or to standard output.
 * @param name - of the npm script, for the note
 */
export function printText(name: string, text: string, output: string | undefined): void {
  const whole = `${text.trimEnd()}\n`;
  if (output !== undefined) {
    writeFileSync(output, whole);
    console.error(`Written: ${output}`);
    return;
  }
  process.stdout.write(whole);
  // Without --silent, npm prints two lines first. They would be part of a redirected file.
  const { npm_lifecycle_event, npm_config_loglevel } = process.env;
  if (npm_lifecycle_event === name && npm_config_loglevel !== "silent" && !process.stdout.isTTY) {
    console.error(
      `npm printed two lines before this output. To save the output without them: npm run ${name} -- … --output <file>`,
    );
  }
}
