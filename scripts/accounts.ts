/** Proposes to add an organization's accounts to the file of accounts, as a diff; with --write, writes them. */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import { addAccounts } from "./support/add-accounts";
import { command, Refusal } from "./support/command";
import { refuseNpmOptions } from "./support/environment";
import { askOrganization, readOrganization } from "./support/organization";
import { ACCOUNTS_FILE } from "./support/roots";

const USAGE = `Usage: npm run accounts -- [--ou <ou-…>] [--tag <key>=<value>]... [--from <file|->] [--region <region>] [--write]
Shows which accounts of AWS Organizations ${ACCOUNTS_FILE} lacks, as a diff; with --write, adds them. Nothing is ever removed.
  --ou      accounts of this organizational unit and of those in it
  --tag     accounts with this tag; several: with all of them
  --from    the output of aws organizations list-accounts --output json, from a file or (-) standard input, instead of asking AWS
  --region  region of the new accounts, where defaults has none`;

const OPTIONS = {
  ou: { type: "string" },
  tag: { type: "string", multiple: true },
  from: { type: "string" },
  region: { type: "string" },
  write: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

command(async () => {
  refuseNpmOptions(Object.keys(OPTIONS));
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { ou, tag = [], from, region } = values;
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
  if (values.write && text !== before) replaceFile(ACCOUNTS_FILE, text);
  const done =
    added.size === 0
      ? "No account is missing in"
      : values.write
        ? `${added.size} added to`
        : `${added.size} missing in`;
  console.error(`${done} ${ACCOUNTS_FILE}.${added.size > 0 && !values.write ? " With --write they are added." : ""}`);
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
