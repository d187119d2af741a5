/** Prints AWS's own procedure for one account of the file, or one of its activations, as a script for the AWS CLI or PowerShell. */
import { parseArgs } from "node:util";
import { activationRunbook, RUNBOOK_SHELLS, runbook } from "../lib/runbook/runbook";
import { command, Refusal } from "./support/command";
import { accountNamed, oneOf, printScript } from "./support/script";

const USAGE = `Usage: npm run --silent runbook -- --account <name> [--activation <label> [--renew-if <conditions> --deliver secretsmanager:<name>]] [--shell ${RUNBOOK_SHELLS.join("|")}]
The account is one of accounts.yaml, or of the file in ACCOUNTS_FILE. The script goes to standard output: it sets up the service
role or, with --activation, makes that activation of the account and shows its code. With --renew-if (any of expired, full, <n>d for n days
before the expiry) it makes one only where that is needed, and stores its ID and code in a secret of Secrets Manager.`;

function script(args: readonly string[]): string {
  const options = {
    account: { type: "string" },
    activation: { type: "string" },
    "renew-if": { type: "string" },
    deliver: { type: "string" },
    shell: { type: "string", default: "aws-cli" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return USAGE;
  const { account, activation, "renew-if": renewIf, deliver } = values;
  if (account === undefined) throw new Refusal(`--account is missing.\n${USAGE}`);
  const shell = oneOf("shell", RUNBOOK_SHELLS, values.shell);
  const props = accountNamed(account);
  const renewal = renewIf === undefined && deliver === undefined ? undefined : { renewIf, deliver };
  if (activation !== undefined) return activationRunbook(account, props, activation, shell, renewal);
  if (renewal) throw new Refusal(`--renew-if and --deliver need --activation: the label of what is renewed.\n${USAGE}`);
  return runbook(account, props, shell);
}

command(async () => {
  printScript("runbook", script(process.argv.slice(2)));
  return 0;
});
