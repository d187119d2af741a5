import { activationRunbook, RUNBOOK_SHELLS, runbook } from "../lib/runbook/runbook";
import { command, commandLine, Option, Refusal } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";
import { accountNamed, OUTPUT, printText } from "./support/script";

const line = commandLine("runbook", {
  purpose:
    "Prints AWS's procedure for one account as a script. With --activation, the script creates that activation and shows its code. With --renew-if and --deliver, it creates an activation only when a condition is met, and stores its id and code in Secrets Manager (docs/renewal.md).",
  examples: [
    "runbook -- --account factory-eu --output runbook.sh",
    "runbook -- --account factory-eu --activation line-1 --shell powershell --output activation.ps1",
    "runbook -- --account factory-eu --activation line-1 --renew-if expired,full,7d --deliver secretsmanager:machines/line-1 --output renew.sh",
  ],
})
  .requiredOption("--account <name>", `an account of ${ACCOUNTS_FILE}; required`)
  .option("--activation <label>", "an activation of the account")
  .option("--renew-if <conditions>", "comma-separated: expired, full, <n>d (n days before the expiry)")
  .option("--deliver <place>", "secretsmanager:<name of a secret>; required with --renew-if")
  .addOption(new Option("--shell <shell>", "shell of the script").choices(RUNBOOK_SHELLS).default("aws-cli" as const))
  .option(...OUTPUT);

command(line, async ({ account, activation, renewIf, deliver, shell, output }) => {
  const props = accountNamed(account);
  const renewal = renewIf === undefined && deliver === undefined ? undefined : { renewIf, deliver };
  if (renewal && activation === undefined) {
    throw new Refusal("--renew-if and --deliver need --activation: the label of the activation to renew.");
  }
  const script =
    activation === undefined
      ? runbook(account, props, shell)
      : activationRunbook(account, props, activation, shell, renewal);
  printText("runbook", script, output);
  return 0;
});
