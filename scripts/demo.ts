import { availableParallelism } from "node:os";
import type { Account } from "../lib/config/account";
import { backendOf } from "../lib/config/backends";
import { readAccounts } from "../lib/config/fleet";
import { applyPlans } from "./support/apply";
import { createPrerequisites, type Prerequisite, reportRole } from "./support/aws";
import { command, commandLine, Refusal } from "./support/command";
import { APPLYING, type Stop, takeSignals } from "./support/interrupt";
import { Lab, REPOSITORY } from "./support/lab";
import { planText, summary } from "./support/outcomes";
import { planAccounts } from "./support/plan";
import { progressOn } from "./support/progress";
import { ProviderCheck } from "./support/provider-hash";
import { ACCOUNTS_FILE, outputFolder, synthesizeRoots } from "./support/roots";
import { call, errorText, Log } from "./support/terraform";
import { MissingTools } from "./support/tools";
import { logFile, rootOf, type Work } from "./support/work";

const say = (text: string) => console.log(text);
const step = (text: string) => say(`\n== ${text}`);

const line = commandLine("demo", {
  purpose:
    "Runs the main job without an AWS account. It synthesizes the accounts, plans and deploys them with Terraform to an AWS emulator on this machine, shows the roles, and plans again.",
  examples: ["demo"],
});

command(line, async () => {
  const file = ACCOUNTS_FILE;
  step(`Synthesize ${file}`);
  const accounts = readAccounts(file);
  await synthesizeRoots(REPOSITORY, file, outputFolder(), file);
  for (const name of accounts.keys()) say(`   ${outputFolder()}/stacks/${name}/cdk.tf.json`);
  const elsewhere = [...accounts].filter(([, { fields }]) => backendOf(fields.state.backend).needsServer);
  if (elsewhere.length > 0) {
    const names = elsewhere.map(([name]) => name).join(", ");
    throw new Refusal(`${names} cannot be deployed to the emulator: it does not emulate their state backends.`);
  }
  const stop = takeSignals(APPLYING);
  let lab: Lab;
  try {
    lab = await Lab.open(true);
  } catch (error) {
    if (!(error instanceof MissingTools)) throw error;
    say(`\nThe root modules are synthesized. To deploy them to an emulator, install:\n${error.message}`);
    return 0;
  }
  try {
    return await inLab(lab, [...accounts.values()], stop);
  } finally {
    await lab.close();
  }
});

async function inLab(lab: Lab, accounts: readonly Account[], stop: Stop): Promise<number> {
  step(lab.isOwn ? "Start an AWS emulator" : "Use the AWS emulator of AWS_ENDPOINT_URL");
  say(`   ${lab.endpoint}`);
  // From here on, this process does not use the user's own credentials.
  for (const name of Object.keys(process.env)) if (/^(AWS|TF)_/.test(name)) delete process.env[name];
  Object.assign(process.env, lab.env);
  const outdir = lab.directory("cdktf.out");
  await synthesizeRoots(REPOSITORY, ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);
  const progress = progressOn(process.stdout);
  const work: Work = {
    engine: lab.engine,
    outdir,
    parallelism: availableParallelism(),
    stop,
    progress,
    providers: new ProviderCheck(),
  };
  const made: Prerequisite[] = [];
  const applied: Account[] = [];
  let done: boolean;
  try {
    await createPrerequisites(lab, accounts, made);
    for (const { what } of made) say(`   created for the demo: ${what}`);
    done = await planAndApply(lab, work, accounts, applied);
  } finally {
    if (!lab.isOwn) await cleanUp(work, applied, made);
  }
  if (!done) return 1;
  step(
    "Done. The demo stopped every process that it started and removed everything that it created. The root modules stay in cdktf.out.",
  );
  say(NEXT);
  return 0;
}

/** The next steps for a new user. */
const NEXT = `
Next, with your own accounts in ${ACCOUNTS_FILE} in place of the examples:
   npm run doctor    checks versions, credentials, accounts and state buckets; changes nothing
   npm run plan      shows what would change in every account; changes nothing
   npm run deploy    shows the plan, asks, and applies it`;

/** @param applied - receives the accounts whose apply was started */
async function planAndApply(lab: Lab, work: Work, accounts: readonly Account[], applied: Account[]): Promise<boolean> {
  step("Plan, like npm run plan (a few seconds for each account)");
  const plans = await planAccounts(work, accounts);
  say(`\n${planText(plans)}`);
  if (plans.some(({ status }) => status !== "changes")) return false;

  step("Apply the saved plans, like npm run deploy");
  applied.push(...accounts);
  const outcomes = await applyPlans(work, accounts);
  say(`\n${summary(outcomes, (name) => logFile(work, name, "deploy"))}`);
  if (!outcomes.every(({ status }) => status === "done")) return false;

  step("What AWS reports");
  for (const { name, fields } of accounts) {
    const { arn, policyArns } = await reportRole(lab, fields.id, fields.role.name);
    say(`   ${name}: ${arn}`);
    for (const policy of policyArns) say(`      ${policy}`);
  }
  step("Plan again");
  const again = await planAccounts(work, accounts);
  say(`\n${planText(again)}`);
  return again.every(({ status }) => status === "no changes");
}

/** Restores the user's own emulator. */
async function cleanUp(work: Work, accounts: readonly Account[], made: readonly Prerequisite[]): Promise<void> {
  step("Clean up");
  for (const { name } of accounts) {
    const log = new Log(logFile(work, name, "deploy"));
    const args = ["destroy", "-auto-approve", "-input=false", "-json"];
    const ended = await call(work.engine, {
      root: rootOf(work, name),
      args,
      log,
      signal: new AbortController().signal,
    });
    log.close();
    if (ended.code !== 0) throw new Refusal(`${name} could not be destroyed:\n${errorText(ended)}`);
    say(`   ${name}: destroyed`);
  }
  for (const { what, remove } of made) await remove().then(() => say(`   removed: ${what}`));
}
