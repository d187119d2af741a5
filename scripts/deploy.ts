import { createInterface } from "node:readline/promises";
import type { Account } from "../lib/config/account";
import { applyPlans, removePlans } from "./support/apply";
import { command, Refusal } from "./support/command";
import { APPLYING, takeSignals } from "./support/interrupt";
import { type AccountPlan, losesRole, type Outcome, planText, summary } from "./support/outcomes";
import { planAccounts } from "./support/plan";
import { leftAccounts } from "./support/recovery";
import { ACCOUNTS_FILE } from "./support/roots";
import { begin, end, planLine, type Session } from "./support/session";
import { logFile } from "./support/work";

const line = planLine("deploy", {
  purpose:
    "Plans accounts, shows the plans, asks once, and applies exactly these plans. An error in one account does not stop the others. To continue after an error, run it again.",
  exitCodes: {
    0: "every account is deployed or has no changes",
    1: "an error in at least one account, or the answer was no",
  },
  examples: ["deploy", "deploy -- factory-eu datacentre-us", "deploy -- --yes --parallelism 4"],
}).option("--yes", "apply without confirmation; required without a terminal");

/** Number of plans for an account whose state changes between plan and apply. */
const ROUNDS = 3;

command(line, async (values, names) => {
  if (!values.yes && !process.stdin.isTTY) {
    throw new Refusal(
      "This is not a terminal, so nobody can confirm the plan. To apply it without confirmation, run npm run deploy -- --yes. To see it " +
        "first, run npm run plan.",
    );
  }
  const stop = takeSignals(APPLYING);
  const { yes = false, replaceRole: replaced = [] } = values;
  const session = await begin(names, values, process.stdout, stop);
  const { work, accounts, all } = session;
  console.log(`${accounts.length} of ${all.size} accounts, ${Math.min(work.parallelism, accounts.length)} at a time`);
  let outcomes: Outcome[] | undefined;
  try {
    outcomes = await deploy(session, replaced, yes);
  } finally {
    removePlans(
      work,
      accounts.map(({ name }) => name),
    );
    end(session);
  }
  if (outcomes === undefined) {
    console.log("Nothing was applied.");
    return 1;
  }
  console.log(`\n${summary(outcomes, (account) => logFile(work, account, "deploy"))}`);
  for (const line of leftAccounts(work, all, ACCOUNTS_FILE)) console.log(line);
  const again = outcomes.filter(({ status }) => status !== "done" && status !== "unchanged");
  if (again.length > 0) {
    console.log(
      `To continue, fix the errors and run: npm run deploy -- ${again.map(({ account }) => account).join(" ")}`,
    );
  }
  return again.length > 0 ? 1 : 0;
});

/**
 * Plans, asks and applies. Accounts whose state changed in between are planned again.
 * @returns `undefined` if the answer was no
 */
async function deploy(session: Session, replaced: readonly string[], yes: boolean) {
  const { work, accounts } = session;
  const outcomes = new Map<string, Outcome>();
  let left: readonly Account[] = accounts;
  for (let round = 1; left.length > 0; round++) {
    const plans = await planAccounts(work, left, replaced);
    console.log(`\n${planText(plans)}`);
    const refused = plans.filter((plan) => losesRole(plan) && !replaced.includes(plan.account));
    for (const { account } of refused) console.log(`\n${withoutWord(account)}`);
    for (const plan of plans) outcomes.set(plan.account, ofPlan(plan, refused.includes(plan)));
    const ready = plans
      .filter((plan) => plan.status === "changes" && !refused.includes(plan))
      .map(({ account }) => account);
    if (ready.length === 0 || work.stop.first.aborted) break;
    if (!yes && !(await confirmed(ready.length, work.stop.first))) {
      if (round === 1) return undefined;
      break;
    }
    const applied = await applyPlans(
      work,
      left.filter(({ name }) => ready.includes(name)),
    );
    for (const came of applied) outcomes.set(came.account, came);
    const stale = applied.filter(({ status }) => status === "stale").map(({ account }) => account);
    left = round < ROUNDS ? left.filter(({ name }) => stale.includes(name)) : [];
    if (left.length > 0) console.log(`\nThe state changed after the plan: ${stale.join(", ")}. Planning again.`);
  }
  return accounts.map(({ name }) => outcomes.get(name) ?? { account: name, status: "not started" as const });
}

/** Replacing a role needs an explicit option, because machines use the role. */
function withoutWord(account: string): string {
  return (
    `The plan of ${account} replaces the role, so it is not applied: registered machines would stop working, and activations would be replaced. ` +
    `To replace the role, run npm run deploy -- ${account} --replace-role ${account}`
  );
}

/** Outcome of an account that was only planned. The plan's errors are already shown. */
function ofPlan({ account, status }: AccountPlan, refused: boolean): Outcome {
  if (status === "no changes") return { account, status: "unchanged" };
  return { account, status: status === "failed" || refused ? "failed" : "not started" };
}

/** Asks for confirmation at the terminal. */
async function confirmed(count: number, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // readline handles Ctrl-C itself.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const what = count === 1 ? "the change of 1 account" : `the changes of ${count} accounts`;
    return (await terminal.question(`\nApply ${what}? Only yes is accepted: `, { signal })).trim() === "yes";
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
