import { rmSync } from "node:fs";
import pLimit from "p-limit";
import type { Account } from "../../lib/config/account";
import { fixFor } from "./fixes";
import type { Outcome } from "./outcomes";
import { call, type Ended, errorText, Log, type Message } from "./terraform";
import { logFile, PLAN, planFile, rootOf, type Work } from "./work";

/** Applies saved plans, with limited parallelism. */
export async function applyPlans(work: Work, accounts: readonly Account[]): Promise<Outcome[]> {
  const { stop, progress } = work;
  const limit = pLimit(work.parallelism);
  await progress.stage("apply", accounts.length);
  try {
    return await limit.map([...accounts], async (account): Promise<Outcome> => {
      if (stop.first.aborted) return { account: account.name, status: "not started" };
      progress.start(account.name);
      const came = await applyPlan(work, account);
      progress.done(account.name, came.status === "done" && came.detail ? `done, ${came.detail}` : came.status);
      return came;
    });
  } finally {
    progress.stop();
  }
}

async function applyPlan(work: Work, account: Account): Promise<Outcome> {
  const { engine, stop, progress, lockTimeout } = work;
  const { name } = account;
  const root = rootOf(work, name);
  const log = new Log(logFile(work, name, "deploy"));
  let counted: Message["changes"];
  const onMessage = (message: Message) => {
    progress.message(name, message);
    if (message.type === "change_summary" && message.changes?.operation === "apply") counted = message.changes;
  };
  try {
    const lock = lockTimeout === undefined ? [] : [`-lock-timeout=${lockTimeout}`];
    const args = ["apply", "-input=false", "-json", ...lock, PLAN];
    await work.providers.spare(root);
    const ended = await call(engine, { root, args, log, signal: stop.second, onMessage });
    if (ended.code === 0) {
      const { add = 0, change = 0, remove = 0 } = counted ?? {};
      // HCP Terraform prints text instead of JSON.
      const [, said] = /^Apply complete! Resources: (.+)\.$/m.exec(ended.text) ?? [];
      return { account: name, status: "done", detail: said ?? `${add} added, ${change} changed, ${remove} destroyed` };
    }
    if (isStale(ended)) return { account: name, status: "stale" };
    const fix = fixFor(ended, root, account, engine);
    const detail = fix ? `${errorText(ended)}\n\n${fix}` : errorText(ended);
    return { account: name, status: stop.second.aborted ? "stopped" : "failed", detail };
  } finally {
    log.close();
  }
}

/** Whether the state changed after the plan. */
function isStale({ errors }: Ended): boolean {
  return errors.some(({ summary }) => /saved plan (is stale|does not match)/i.test(summary));
}

/** Deletes saved plans, because they contain the same secrets as the state. */
export function removePlans(work: Pick<Work, "outdir">, names: Iterable<string>): void {
  for (const name of names) rmSync(planFile(work, name), { force: true });
}
