import { existsSync, readFileSync } from "node:fs";
import { readAccounts } from "../lib/config/fleet";
import { AWS_PROVIDER, LOCK_FILE, TERRAFORM_VERSION } from "../lib/terraform/versions";
import { engines } from "../package.json";
import { ACCOUNT_NAMES, chosen } from "./support/accounts";
import { type Checked, checkAccounts } from "./support/checks";
import { command, commandLine, Refusal } from "./support/command";
import { refuseVariables } from "./support/environment";
import { takeSignals } from "./support/interrupt";
import { grouped } from "./support/outcomes";
import { lockedProvider } from "./support/provider-cache";
import { ACCOUNTS_FILE, outputFolder } from "./support/roots";
import { run } from "./support/run";
import { commandName } from "./support/terraform";
import { findTools } from "./support/tools";
import { rootOf } from "./support/work";

const line = commandLine("doctor", {
  purpose:
    "Checks the versions of Node.js, Terraform and the provider. For each account, checks the credentials, account id, deploy role and state bucket. It changes nothing. plan and deploy run the same checks first.",
  exitCodes: { 0: "no error, or a check was not possible", 1: "at least one error, which is printed" },
  examples: ["doctor", "doctor -- factory-eu"],
}).argument(...ACCOUNT_NAMES);

command(line, async (_, names) => {
  const accounts = chosen(readAccounts(ACCOUNTS_FILE), names, ACCOUNTS_FILE);
  const stop = takeSignals({ first: "No more accounts are checked.", second: "Stopping." });
  console.log(`Node.js ${process.versions.node} (needs ${engines.node})`);
  console.log(await engineVersion());
  const locked = existsSync(LOCK_FILE) ? lockedProvider(readFileSync(LOCK_FILE, "utf8")) : undefined;
  console.log(
    locked
      ? `${locked.address} ${locked.version}, from ${LOCK_FILE} (needs ${AWS_PROVIDER.version})`
      : `no ${LOCK_FILE}: every root module uses the newest provider that matches ${AWS_PROVIDER.version}`,
  );
  refuseVariables(ACCOUNTS_FILE);
  const outdir = outputFolder();
  const checked = await checkAccounts(accounts, (name) => rootOf({ outdir }, name), stop.first);
  const of = (found: (one: Checked) => string | undefined) =>
    [...checked].flatMap(([account, one]) => (found(one) ? [{ account, error: String(found(one)) }] : []));
  const good = [...checked].filter(([, { error, warning }]) => !error && !warning).map(([name]) => name);
  if (good.length > 0) console.log(`no errors (${good.length}): ${good.join(", ")}`);
  for (const line of grouped(of(({ warning }) => warning))) console.log(line);
  for (const line of grouped(of(({ error }) => error))) console.log(line);
  return [...checked.values()].some(({ error }) => error) ? 1 : 0;
});

/** Returns the engine's name and version. @throws Refusal if it does not run */
async function engineVersion(): Promise<string> {
  const { terraform: program } = findTools("terraform");
  const env = { ...(process.env as Record<string, string>), CHECKPOINT_DISABLE: "1" };
  const { code, stdout, output } = await run(program, ["version", "-json"], { cwd: process.cwd(), env });
  if (code !== 0) throw new Refusal(`${program} does not run:\n${output.trim()}`);
  const { terraform_version: version } = JSON.parse(stdout);
  const name = commandName({ program, env }) === "tofu" ? "OpenTofu" : "Terraform";
  return `${name} ${version} at ${program} (needs ${TERRAFORM_VERSION})`;
}
