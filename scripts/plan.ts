import { command } from "./support/command";
import { takeSignals } from "./support/interrupt";
import { planJson, planText } from "./support/outcomes";
import { planAccounts } from "./support/plan";
import { leftAccounts } from "./support/recovery";
import { ACCOUNTS_FILE } from "./support/roots";
import { begin, end, planLine } from "./support/session";

const line = planLine("plan", {
  purpose:
    "Plans accounts, shows what would change, and changes nothing. The plans are saved as cdktf.out/stacks/<account>/plan.tfplan.",
  exitCodes: {
    0: "every account is planned",
    1: "an error in at least one account",
    2: "with --detailed-exitcode: at least one account has changes",
  },
  examples: ["plan", "plan -- factory-eu", "plan -- --json --detailed-exitcode"],
})
  .option("--json", "print the plans as JSON; progress goes to standard error")
  .option("--detailed-exitcode", "exit with 2 if there are changes, like terraform plan");

command(line, async (values, names) => {
  const stop = takeSignals({
    first: "Stopping Terraform. No more accounts are planned.",
    second: "Terraform is stopping.",
  });
  const session = await begin(names, values, values.json ? process.stderr : process.stdout, stop);
  const { work, accounts, all } = session;
  const plans = await planAccounts(work, accounts, values.replaceRole).finally(() => end(session));
  const told = values.json
    ? planJson(plans)
    : ["", planText(plans), "", ...leftAccounts(work, all, ACCOUNTS_FILE)].join("\n").trimEnd();
  console.log(told);
  if (plans.some(({ status }) => status === "failed")) return 1;
  return values.detailedExitcode && plans.some(({ status }) => status === "changes") ? 2 : 0;
});
