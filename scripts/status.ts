import { accountOf, fleetAccount } from "../lib/config/account";
import { readAccounts } from "../lib/config/fleet";
import { forPlans } from "../lib/deploy-role/plan-role";
import { ACCOUNT_NAMES, chosen } from "./support/accounts";
import { command, commandLine } from "./support/command";
import { refuseVariables } from "./support/environment";
import { takeSignals } from "./support/interrupt";
import { ACCOUNTS_FILE, outputFolder } from "./support/roots";
import { engineEnvironment } from "./support/session";
import { conditionsOf, met, statusOf, statusText } from "./support/status";
import { findTools } from "./support/tools";

const line = commandLine("status", {
  purpose:
    "Shows the machines that use the role (ping status, agent version), the activations (registered machines, limit, expiry) and the instance tier of each account and region. It only reads (docs/status.md).\nEnvironment: with PLAN_ROLE=1 it assumes the read-only role (docs/deploy-role.md).",
  exitCodes: {
    0: "every account was read, and no condition of --fail-on is met",
    1: "an error in at least one account",
    2: "a condition of --fail-on is met",
  },
  examples: ["status", "status -- factory-eu --json", "status -- --fail-on expiring=7d,full,orphan"],
})
  .argument(...ACCOUNT_NAMES)
  .option("--json", "print everything as JSON, including each machine and expired activations")
  .option(
    "--fail-on <conditions>",
    "comma-separated: expiring=<days>d, full, orphan (an activation in no state file)",
    conditionsOf,
  );

command(line, async ({ json, failOn }, names) => {
  // The others would make Terraform read another state than the one in the file.
  refuseVariables(ACCOUNTS_FILE, { ...process.env, PLAN_ROLE: undefined });
  const accounts = chosen(readAccounts(ACCOUNTS_FILE), names, ACCOUNTS_FILE);
  const readers = process.env.PLAN_ROLE
    ? accounts.map((account) => accountOf(account.name, forPlans(fleetAccount(account))))
    : accounts;
  const stop = takeSignals({ first: "No more accounts are read.", second: "Stopping." });
  const engine = () => ({ program: findTools("terraform").terraform, env: engineEnvironment() });
  const statuses = await statusOf(readers, outputFolder(), engine, stop.first);
  const now = new Date();
  console.log(json ? JSON.stringify({ accounts: statuses }, undefined, 2) : statusText(statuses, now));
  const found = failOn ? met(statuses, failOn, now) : [];
  if (found.length > 0) console.error(["", ...found].join("\n"));
  if (statuses.some(({ error }) => error !== undefined)) return 1;
  return found.length > 0 ? 2 : 0;
});
