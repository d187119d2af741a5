/** Prints AWS's own procedure for one account of the file, or one of its activations, as a script for the AWS CLI or PowerShell. */
import { parseArgs } from "node:util";
import { activationRunbook, RUNBOOK_SHELLS, runbook } from "../lib/runbook/runbook";
import { command, Refusal } from "./support/command";
import { accountNamed, oneOf, printScript } from "./support/script";

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
  const { account, activation } = values;
  if (account === undefined) throw new Refusal(`--account is missing.\n${USAGE}`);
  const shell = oneOf("shell", RUNBOOK_SHELLS, values.shell);
  const props = accountNamed(account);
  return activation === undefined
    ? runbook(account, props, shell)
    : activationRunbook(account, props, activation, shell);
}

command(async () => {
  printScript("runbook", script(process.argv.slice(2)));
  return 0;
});
