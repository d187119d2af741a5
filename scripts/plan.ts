/**
 * Plans accounts, all or those named, and changes nothing: `npm run plan -- [account...] [--parallelism N] [--lock-timeout 30s]
 * [--replace-role account] [--json] [--detailed-exitcode]`. The plans are saved beside the root modules, in `cdktf.out/stacks/<account>/plan.tfplan`.
 */
import { parseArgs } from "node:util";
import { command } from "./support/command";
import { refuseNpmOptions } from "./support/environment";
import { takeSignals } from "./support/interrupt";
import { planJson, planText } from "./support/outcomes";
import { planAccounts } from "./support/plan";
import { leftAccounts } from "./support/recovery";
import { ACCOUNTS_FILE } from "./support/roots";
import { begin, end, PLAN_OPTIONS } from "./support/session";

const OPTIONS = {
  ...PLAN_OPTIONS,
  json: { type: "boolean", default: false },
  "detailed-exitcode": { type: "boolean", default: false },
} as const;

command(async () => {
  refuseNpmOptions(Object.keys(OPTIONS));
  const { positionals: names, values } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const stop = takeSignals({
    first: "Terraform stops, and no further account is planned.",
    second: "Terraform is stopping.",
  });
  const replaced = values["replace-role"];
  const session = await begin(names, values, values.json ? process.stderr : process.stdout, stop);
  const { work, accounts, all } = session;
  const plans = await planAccounts(work, accounts, replaced).finally(() => end(session));
  const told = values.json
    ? planJson(plans)
    : ["", planText(plans), "", ...leftAccounts(work, all, ACCOUNTS_FILE)].join("\n").trimEnd();
  console.log(told);
  if (plans.some(({ status }) => status === "failed")) return 1;
  return values["detailed-exitcode"] && plans.some(({ status }) => status === "changes") ? 2 : 0;
});
