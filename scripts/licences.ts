import { readFileSync } from "node:fs";
import { generator } from "./support/generated";
import { licenceList, refusedLicences } from "./support/licences";
import { Refusal } from "./support/refusal";

generator(
  "licences",
  "Writes the list of the library's dependencies, and refuses licences that are not allowed.",
  () => {
    const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
    const refused = refusedLicences(lock);
    if (refused.length > 0) {
      throw new Refusal(
        `Licences that are missing or not allowed:\n${refused.join("\n")}\n` +
          "Use another package. If the licence is as permissive as those in scripts/support/licences.ts, add it there.",
      );
    }
    return { "docs/licences.md": licenceList(lock) };
  },
);
