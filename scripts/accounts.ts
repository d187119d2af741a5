import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createTwoFilesPatch } from "diff";
import { addAccounts } from "./support/add-accounts";
import { collect, command, commandLine, Refusal } from "./support/command";
import { askOrganization, readOrganization } from "./support/organization";
import { ACCOUNTS_FILE } from "./support/roots";

const line = commandLine("accounts", {
  purpose: `Shows as a diff which accounts of AWS Organizations ${ACCOUNTS_FILE} lacks. With --write it adds them. It never removes an account (docs/organization.md).`,
  examples: [
    "accounts",
    "accounts -- --ou ou-ab12-11111111 --write",
    "--silent accounts -- --from accounts.json --region eu-central-1",
  ],
})
  .option("--ou <id>", "accounts of this organizational unit and of those below it")
  .option("--tag <key=value>", "accounts with this tag; repeatable: accounts with all of them", collect, [] as string[])
  .option(
    "--from <file>",
    "output of aws organizations list-accounts --output json, or - for standard input, instead of asking AWS",
  )
  .option("--region <region>", "region of the new accounts, where defaults has none")
  .option("--write", "add the accounts to the file");

command(line, async ({ ou, tag, from, region, write }) => {
  if (from !== undefined && (ou !== undefined || tag.length > 0)) {
    throw new Refusal("--from has no organizational units and no tags: leave out --ou and --tag, or ask AWS.");
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
    console.error(`${name} ${why}. It stays in the file: docs/recipes.md says how an account is removed.`);
  }
  if (write && text !== before) replaceFile(ACCOUNTS_FILE, text);
  const done =
    added.size === 0 ? "No account is missing in" : write ? `${added.size} added to` : `${added.size} missing in`;
  console.error(`${done} ${ACCOUNTS_FILE}.${added.size > 0 && !write ? " With --write they are added." : ""}`);
  return 0;
});

function tagOf(text: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new Refusal(`--tag ${text} must be <key>=<value>.`);
  return [key, value];
}

/** Writes a file whole or not at all, with the mode that it has. */
function replaceFile(file: string, text: string): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text, existsSync(file) ? { mode: statSync(file).mode } : {});
  renameSync(part, file);
}
