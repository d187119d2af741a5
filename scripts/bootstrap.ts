/**
 * Makes the buckets that keep the accounts' states, of all accounts or of those named: `npm run bootstrap -- [account...]`. Like
 * `npm run deploy` it applies without asking; what is there already stays, so it may be run again at any time.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { stateInS3 } from "../lib/config/backends";
import { readAccounts } from "../lib/config/fleet";
import { stateBuckets } from "../lib/config/state-buckets";
import { suggestion } from "../lib/input/issues";
import { bootstrap, logFile, rootOf, stageOf, writeRoot } from "./support/bootstrap";
import { command, Refusal } from "./support/command";
import { shareProviders } from "./support/provider-cache";
import { ACCOUNTS_FILE } from "./support/roots";
import { type Outcome, outcomeLine, summary } from "./support/terraform-log";
import { findTools } from "./support/tools";

// The SDK would warn of Node 20's age.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

command(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const accounts = readAccounts(ACCOUNTS_FILE);
  const refused = positionals.flatMap((name) => {
    const fields = accounts.get(name)?.fields;
    if (fields) {
      const { backend } = fields.state;
      return stateInS3(fields) ? [] : `${name} has no state bucket to make: its state.backend is ${backend}.`;
    }
    const hint = suggestion(name, [...accounts.keys()], "Write a name as in the file.");
    return `${name} is no account of ${ACCOUNTS_FILE}. ${hint}`;
  });
  if (refused.length > 0) throw new Refusal(refused.join("\n"));
  const elsewhere = [...accounts].filter(([, { fields }]) => !stateInS3(fields)).map(([name]) => name);
  if (positionals.length === 0 && elsewhere.length > 0) console.log(`no state in S3: ${elsewhere.join(", ")}`);
  const names = positionals.length > 0 ? positionals : [...accounts.keys()];
  const buckets = stateBuckets(accounts, names, ACCOUNTS_FILE);

  const { terraform } = findTools("terraform");
  const asked = await Promise.allSettled(buckets.map(async (bucket) => ({ bucket, stage: await stageOf(bucket) })));
  const wrong = asked.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  for (const error of wrong) if (!(error instanceof Refusal)) throw error;
  if (wrong.length > 0) throw new Refusal(wrong.map(({ message }: Refusal) => message).join("\n"));
  const found = asked.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));

  // A state is nobody else's to read.
  process.umask(0o077);
  const outdir = process.env.CDKTF_OUTDIR || "cdktf.out";
  for (const { bucket, stage } of found) writeRoot(outdir, bucket, stage);
  process.env.CHECKPOINT_DISABLE ??= "1";
  const own = { ...(process.env as Record<string, string>), TF_IN_AUTOMATION: "1" };
  const roots = buckets.map(({ name }) => rootOf(outdir, name));
  const env = { ...own, ...(await shareProviders(terraform, roots, own)) };

  let interrupted = false;
  const stop = () => {
    console.error("\nInterrupted: the buckets at work come to their end, no further one is started.");
    interrupted = true;
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const limit = pLimit(availableParallelism());
  const outcomes: Outcome[] = await limit.map(found, async ({ bucket, stage }) => {
    if (interrupted) return { account: bucket.name, status: "not started" };
    const came = await bootstrap(bucket, stage, { outdir, terraform, env });
    console.log(outcomeLine(came));
    return came;
  });
  const failed = outcomes.some(({ status }) => status === "failed" || status === "not started");
  if (failed) {
    console.log(`\n${summary(outcomes, (name) => logFile(outdir, name))}`);
  }
  return failed ? 1 : 0;
});
