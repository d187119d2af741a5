import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { stateInS3 } from "../lib/config/backends";
import { readAccounts } from "../lib/config/fleet";
import { stateBuckets } from "../lib/config/state-buckets";
import { ACCOUNT_NAMES, noAccount } from "./support/accounts";
import { bootstrap, idOf, logFile, rootOf, taskOf, writeRoot } from "./support/bootstrap";
import { command, commandLine, Refusal } from "./support/command";
import { refuseVariables } from "./support/environment";
import { APPLYING, takeSignals } from "./support/interrupt";
import { type Outcome, summary } from "./support/outcomes";
import { shareProviders } from "./support/provider-cache";
import { ACCOUNTS_FILE, outputFolder } from "./support/roots";
import { engineEnvironment } from "./support/session";
import { findTools } from "./support/tools";

const line = commandLine("bootstrap", {
  purpose:
    "Creates the S3 buckets for the accounts' state files. It does not ask for confirmation. You can run it again at any time: it keeps existing buckets (docs/state-bucket.md).",
  exitCodes: { 0: "every bucket exists", 1: "an error in at least one bucket" },
  examples: ["bootstrap", "bootstrap -- factory-eu"],
})
  .argument(...ACCOUNT_NAMES)
  .option("--former-role <arn>", "the role that the bucket policy still allows, if the file has a new one");

command(line, async ({ formerRole }, positionals) => {
  refuseVariables(ACCOUNTS_FILE);
  const stop = takeSignals(APPLYING);
  const accounts = readAccounts(ACCOUNTS_FILE);
  const refused = positionals.flatMap((name) => {
    const fields = accounts.get(name)?.fields;
    if (!fields) return noAccount(accounts, name, ACCOUNTS_FILE);
    const { backend } = fields.state;
    return stateInS3(fields) ? [] : `${name} needs no state bucket: its state.backend is ${backend}.`;
  });
  if (refused.length > 0) throw new Refusal(refused.join("\n"));
  const elsewhere = [...accounts].filter(([, { fields }]) => !stateInS3(fields)).map(([name]) => name);
  if (positionals.length === 0 && elsewhere.length > 0) console.log(`no state in S3: ${elsewhere.join(", ")}`);
  const names = positionals.length > 0 ? positionals : [...accounts.keys()];
  const buckets = stateBuckets(accounts, names, ACCOUNTS_FILE);

  const { terraform } = findTools("terraform");
  const asked = await Promise.allSettled(buckets.map((bucket) => taskOf(bucket, formerRole)));
  const wrong = asked.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  for (const error of wrong) if (!(error instanceof Refusal)) throw error;
  if (wrong.length > 0) throw new Refusal(wrong.map(({ message }: Refusal) => message).join("\n"));
  const found = asked.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));

  const outdir = outputFolder();
  for (const task of found) writeRoot(outdir, task);
  const own = engineEnvironment();
  const roots = buckets.map((bucket) => rootOf(outdir, idOf(bucket)));
  const engine = { program: terraform, env: { ...own, ...(await shareProviders(terraform, roots, own)) } };
  const limit = pLimit(availableParallelism());
  const outcomes: Outcome[] = await limit.map(found, async (task) => {
    const { bucket } = task;
    if (stop.first.aborted) return { account: idOf(bucket), status: "not started" };
    const came = await bootstrap(task, { outdir, engine, signal: stop.second });
    console.log(`${idOf(bucket)}: ${came.status}${came.status === "done" ? `, ${came.detail}` : ""}`);
    return came;
  });
  const good = outcomes.every(({ status }) => status === "done" || status === "unchanged");
  if (!good) {
    console.log(`\n${summary(outcomes, (name) => logFile(outdir, name))}`);
    console.log("Fix the errors and run it again. Completed work is kept.");
  }
  return good ? 0 : 1;
});
