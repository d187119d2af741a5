/**
 * Deploys accounts from this machine, all or those named: `npm run deploy -- [account...] [--parallelism N]`. It applies without
 * asking; `npx cdktf diff <account>` shows a plan first. A failed account stops none of the others; run it again to go on.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadFleet } from "../lib";
import { suggestion } from "../lib/input/issues";
import { command, Refusal } from "./support/command";
import { deploy, logFile } from "./support/deploy";
import { shareProviders } from "./support/provider-cache";
import { ACCOUNTS_FILE, synthesizeRoots } from "./support/roots";
import { outcomeLine, summary } from "./support/terraform-log";
import { findTools } from "./support/tools";

command(async () => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { parallelism: { type: "string" } } });
  const parallelism = Number(values.parallelism ?? availableParallelism());
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    throw new Refusal(
      `--parallelism ${values.parallelism} must be a whole number from 1: accounts at work at one time.`,
    );
  }
  const names = [...loadFleet(ACCOUNTS_FILE).keys()];
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const told = unknown.map(
      (name) => `${name} is no account of ${ACCOUNTS_FILE}. ${suggestion(name, names, "Write a name as in the file.")}`,
    );
    throw new Refusal(told.join("\n"));
  }
  const accounts = positionals.length > 0 ? names.filter((name) => positionals.includes(name)) : names;
  const { terraform } = findTools("terraform");
  const outdir = process.env.CDKTF_OUTDIR || "cdktf.out";
  await synthesizeRoots(process.cwd(), ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);

  // cdktf's engine hands this process's own environment on to Terraform.
  Object.assign(process.env, { TERRAFORM_BINARY_NAME: terraform, TF_IN_AUTOMATION: "1", TF_INPUT: "0" });
  process.env.CHECKPOINT_DISABLE ??= "1";
  const roots = accounts.map((name) => join(outdir, "stacks", name));
  Object.assign(process.env, await shareProviders(terraform, roots, process.env as Record<string, string>));

  const interrupt = new AbortController();
  const stop = () => {
    console.error("\nInterrupted: the accounts at work come to their end, no further one is started.");
    interrupt.abort();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  console.log(`${accounts.length} of ${names.length} accounts, ${Math.min(parallelism, accounts.length)} at a time`);
  const outcomes = await deploy({
    accounts,
    outdir,
    parallelism,
    signal: interrupt.signal,
    onStart: (account) => console.log(`${account}: at work`),
    onOutcome: (came) => console.log(outcomeLine(came)),
  });
  console.log(`\n${summary(outcomes, (account) => logFile(outdir, account))}`);
  return outcomes.every(({ status }) => status === "done" || status === "unchanged") ? 0 : 1;
});
