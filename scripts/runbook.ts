import { activationRunbook, RUNBOOK_SHELLS, runbook } from "../lib/runbook/runbook";
import { command, commandLine, Option } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";
import { accountNamed, printText } from "./support/script";

const line = commandLine("runbook", {
  purpose:
    "Prints AWS's own procedure for one account as a script. With --activation the script creates that activation of the account and shows its code.",
  examples: [
    "runbook -- --account factory-eu --output runbook.sh",
    "runbook -- --account factory-eu --activation line-1 --shell powershell --output activation.ps1",
  ],
})
  .requiredOption("--account <name>", `an account of ${ACCOUNTS_FILE}`)
  .option("--activation <label>", "an activation of the account")
  .addOption(new Option("--shell <shell>", "of the script").choices(RUNBOOK_SHELLS).default("aws-cli" as const))
  .option("--output <file>", "write to this file instead of standard output");

command(line, async ({ account, activation, shell, output }) => {
  const props = accountNamed(account);
  const script =
    activation === undefined ? runbook(account, props, shell) : activationRunbook(account, props, activation, shell);
  printText("runbook", script, output);
  return 0;
});
