import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command, commandLine } from "./command";

/**
 * A command that writes generated files; with `--check` it writes nothing and names those that are stale.
 * @param name - of the script in package.json
 * @param make - the files' text by their path
 */
export function generator(name: string, purpose: string, make: () => Readonly<Record<string, string>>): void {
  const line = commandLine(name, {
    purpose,
    exitCodes: { 0: "the files are written, or current", 1: "an error, or with --check: a file is stale" },
    examples: [name, `${name} -- --check`],
  }).option("--check", "write nothing, and name the files that are stale");
  command(line, async ({ check }) => {
    const stale = Object.entries(make()).filter(
      ([file, text]) => !existsSync(file) || readFileSync(file, "utf8") !== text,
    );
    const names = stale.map(([file]) => file).join(", ");
    if (check) {
      if (stale.length > 0) console.error(`Stale: ${names}. Run npm run ${name}, and commit the result.`);
      return stale.length > 0 ? 1 : 0;
    }
    for (const [file, text] of stale) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    console.log(stale.length > 0 ? `Written: ${names}` : "All files are current.");
    return 0;
  });
}
