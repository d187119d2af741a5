/** Prints AWS's own procedure for one account of the file, or one of its activations, as a script for the AWS CLI or PowerShell. */
import { parseArgs } from "node:util";
import { loadFleet } from "../lib";
import { suggestion } from "../lib/input/issues";
import { activationRunbook, RUNBOOK_SHELLS, type RunbookShell, runbook } from "../lib/runbook/runbook";
import { command, Refusal } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";

const USAGE = `Usage: npm run --silent runbook -- --account <name> [--activation <label>] [--shell ${RUNBOOK_SHELLS.join("|")}]
The account is one of accounts.yaml, or of the file in ACCOUNTS_FILE. The script goes to standard output: it sets up the service
role or, with --activation, makes that activation of the account and shows its code.`;

function script(args: readonly string[]): string {
  const options = {
    account: { type: "string" },
    activation: { type: "string" },
    shell: { type: "string", default: "aws-cli" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return USAGE;
  const { account, activation, shell } = values;
  if (account === undefined) throw new Refusal(`--account is missing.\n${USAGE}`);
  if (!isShell(shell)) {
    const known = `--shell takes ${RUNBOOK_SHELLS.join(" or ")}.`;
    throw new Refusal(`There is no shell ${JSON.stringify(shell)}. ${suggestion(shell, RUNBOOK_SHELLS, known)}`);
  }
  const fleet = loadFleet(ACCOUNTS_FILE);
  const props = fleet.get(account);
  if (!props) {
    const names = [...fleet.keys()];
    const some = names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
    const hint = suggestion(account, names, `Its accounts are ${some}.`);
    throw new Refusal(`${ACCOUNTS_FILE} has no account ${JSON.stringify(account)}. ${hint}`);
  }
  return activation === undefined
    ? runbook(account, props, shell)
    : activationRunbook(account, props, activation, shell);
}

function isShell(name: string): name is RunbookShell {
  return (RUNBOOK_SHELLS as readonly string[]).includes(name);
}

command(async () => {
  process.stdout.write(`${script(process.argv.slice(2)).trimEnd()}\n`);
  // npm writes two lines of its own before the script unless told not to, and a file of both is no script.
  const { npm_lifecycle_event, npm_config_loglevel } = process.env;
  if (npm_lifecycle_event === "runbook" && npm_config_loglevel !== "silent" && !process.stdout.isTTY) {
    console.error("npm's own lines stand above the script. To save it: npm run --silent runbook -- … > runbook.sh");
  }
  return 0;
});
