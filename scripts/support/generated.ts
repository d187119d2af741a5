import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a generated file; with `--check`, only says whether it is current. */
export function generated(file: string, text: string, command: string): void {
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${file} is stale: run npm run ${command}, and commit the file.`);
    process.exitCode = 1;
  }
}
