/** Writes accounts.schema.json from the zod schema; with --check, only says whether the file is current. */
import { readFileSync, writeFileSync } from "node:fs";
import { fleetJsonSchema } from "../lib/config/json-schema";

const FILE = "accounts.schema.json";
const text = `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error(`${FILE} is stale: run npm run schema, and commit the file.`);
  process.exitCode = 1;
}
