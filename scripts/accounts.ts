import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createTwoFilesPatch } from "diff";
import { addAccounts } from "./support/add-accounts";
import { collect, command, commandLine, Refusal } from "./support/command";
import { askOrganization, readOrganization } from "./support/organization";
import { ACCOUNTS_FILE } from "./support/roots";

const line = commandLine("accounts", {
  purpose: `Compares ${ACCOUNTS_FILE} with AWS Organizations and prints the missing accounts as a diff. With --write it adds them. It never removes an account (docs/organization.md).`,
  examples: [
    "accounts",
    "accounts -- --ou ou-ab12-11111111 --write",
    "--silent accounts -- --from accounts.json --region eu-central-1",
  ],
})
  .option("--ou <id>", "only the accounts in this organizational unit and the units below it")
  .option("--tag <key=value>", "only the accounts with this tag; repeatable: an account needs all of them", collect)
  .option(
    "--from <file>",
    "read the output of aws organizations list-accounts --output json from this file, or from standard input (-), instead of calling AWS",
  )
  .option("--region <region>", "region of the new accounts; required if defaults has none")
  .option("--write", "add the accounts to the file");

command(line, async ({ ou, tag = [], from, region, write }) => {
  if (from !== undefined && (ou !== undefined || tag.length > 0)) {
    throw new Refusal(
      "The file of --from contains no organizational units and no tags. Remove --ou and --tag, or remove --from to call AWS.",
    );
  }
  const { members, selected } =
    from === undefined
      ? await askOrganization(ou, new Map(tag.map(tagOf)))
      : readOrganization(readFileSync(from === "-" ? 0 : from, "utf8"), from === "-" ? "standard input" : from);
  const before = existsSync(ACCOUNTS_FILE) ? readFileSync(ACCOUNTS_FILE, "utf8") : "";
  const { text, added, left } = addAccounts(ACCOUNTS_FILE, before, members, selected, region);

  if (text !== before)
    process.stdout.write(createTwoFilesPatch(ACCOUNTS_FILE, ACCOUNTS_FILE, before, text, "", "", { context: 3 }));
  for (const [name, { id, isManagement }] of added) {
    if (isManagement)
      console.error(`${name} (${id}) is the management account: service control policies do not apply to it.`);
  }
  for (const [name, why] of left) {
    console.error(`${name} ${why}. It stays in the file. To remove an account, see docs/recipes.md.`);
  }
  if (write && text !== before) replaceFile(ACCOUNTS_FILE, text);
  const done =
    added.size === 0 ? "No account is missing from" : write ? `${added.size} added to` : `${added.size} missing from`;
  console.error(`${done} ${ACCOUNTS_FILE}.${added.size > 0 && !write ? " To add them, use --write." : ""}`);
  return 0;
});

function tagOf(text: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new Refusal(`--tag ${text} must be <key>=<value>.`);
  return [key, value];
}

/** Replaces a file atomically and keeps its mode. */
function replaceFile(file: string, text: string): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text, existsSync(file) ? { mode: statSync(file).mode } : {});
  renameSync(part, file);
}
