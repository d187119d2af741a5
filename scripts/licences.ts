/** Writes the list of the packages that run with the library, and refuses licences that are not allowed; --check writes nothing. */
import { readFileSync } from "node:fs";
import { generated } from "./support/generated";
import { licenceList, refusedLicences } from "./support/licences";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const refused = refusedLicences(lock);

if (refused.length > 0) {
  console.error(
    `Licences that are missing or not allowed:\n${refused.join("\n")}\n` +
      "Use another package; or, where the licence is as free as those in scripts/support/licences.ts, add it there.",
  );
  process.exitCode = 1;
} else {
  generated("docs/licences.md", licenceList(lock), "licences");
}
