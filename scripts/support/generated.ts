import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command, commandLine } from "./command";

/**
 * Runs a command that writes generated files. With `--check` it writes nothing and lists the stale files.
 * @param name - of the script in package.json
 * @param make - returns the content of each file, by path
 */
export function generator(name: string, purpose: string, make: () => Readonly<Record<string, string>>): void {
  const line = commandLine(name, {
    purpose,
    exitCodes: { 0: "the files are written, or were current", 1: "an error, or with --check: a file is stale" },
    examples: [name, `${name} -- --check`],
  }).option("--check", "write nothing, and list the stale files");
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
