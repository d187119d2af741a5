import { chmodSync, copyFileSync, existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Account } from "../../lib/config/account";
import { type Accounts, readAccounts } from "../../lib/config/fleet";
import { LOCK_FILE } from "../../lib/terraform/versions";
import { ACCOUNT_NAMES, chosen, parallelismOf } from "./accounts";
import { collect, commandLine, InvalidArgumentError, Refusal, type Usage } from "./command";
import { refuseVariables } from "./environment";
import type { Stop } from "./interrupt";
import { progressOn } from "./progress";
import { shareProviders } from "./provider-cache";
import { ProviderCheck } from "./provider-hash";
import { ACCOUNTS_FILE, outputFolder, synthesizeRoots } from "./roots";
import { findTools } from "./tools";
import { rootOf, type Work } from "./work";

/** Returns the command line of a command that plans, with the common arguments and options. */
export function planLine(name: string, usage: Usage) {
  return commandLine(name, usage)
    .argument(...ACCOUNT_NAMES)
    .option("--parallelism <n>", "accounts planned at the same time (default: the number of processors)", parallelismOf)
    .option("--lock-timeout <time>", "how long Terraform waits for a locked state, such as 30s or 5m", lockTimeoutOf)
    .option("--replace-role <account>", "an account whose role may be replaced; repeatable", collect);
}

/** Values of the common options. */
interface PlanValues {
  readonly parallelism?: number | undefined;
  readonly lockTimeout?: string | undefined;
  readonly replaceRole?: readonly string[] | undefined;
}

function lockTimeoutOf(value: string): string {
  if (/^\d+(ms|s|m|h)$/.test(value)) return value;
  throw new InvalidArgumentError("It must be a time such as 30s or 5m.");
}

/** Accounts with synthesized root modules and installed providers. */
export interface Session {
  readonly work: Work;
  readonly accounts: readonly Account[];
  readonly all: Accounts;
}

/**
 * Starts a command that runs Terraform. Refuses settings that override the file, and writes the root modules.
 * @param names - names of accounts. All accounts if it is empty
 * @param out - output for progress
 * @throws Refusal or InvalidInputError before anything is written
 */
export async function begin(
  names: readonly string[],
  values: PlanValues,
  out: NodeJS.WriteStream,
  stop: Stop,
): Promise<Session> {
  refuseVariables(ACCOUNTS_FILE);
  const { parallelism = availableParallelism(), lockTimeout, replaceRole: replaced = [] } = values;
  const all = readAccounts(ACCOUNTS_FILE);
  const accounts = chosen(all, names, ACCOUNTS_FILE);
  for (const notice of all.notices) out.write(`${notice}\n\n`);
  if (replaced.length > 0) chosen(all, replaced, ACCOUNTS_FILE);
  const { terraform } = findTools("terraform");
  const outdir = outputFolder();
  await synthesizeRoots(process.cwd(), ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);
  const own = engineEnvironment();
  const roots = accounts.map(({ name }) => rootOf({ outdir }, name));
  for (const account of accounts) closeLocalState(outdir, account);
  if (stop.first.aborted) throw new Refusal("Nothing was planned.");
  const env = await shareProviders(terraform, roots, own);
  const work = {
    engine: { program: terraform, env },
    outdir,
    parallelism,
    stop,
    progress: progressOn(out),
    providers: new ProviderCheck(),
    lockTimeout,
  };
  return { work, accounts, all };
}

/** Returns the environment for Terraform. Restricts new files to their owner, because they may contain secrets of the state. */
export function engineEnvironment(): Record<string, string> {
  process.umask(0o077);
  return {
    ...(process.env as Record<string, string>),
    CHECKPOINT_DISABLE: process.env.CHECKPOINT_DISABLE ?? "1",
    TF_IN_AUTOMATION: "1",
    // Terraform and the provider run for seconds, and spend a fifth of them on garbage collection. These settings
    // trade memory for that time (bench/RESULTS.md). The limit is soft: Go exceeds it if a process needs more. https://go.dev/doc/gc-guide#Memory_limit
    GOGC: process.env.GOGC ?? "300",
    GOMEMLIMIT: process.env.GOMEMLIMIT ?? "190MiB",
    TF_INPUT: "0",
    // Terraform's log goes through ours, which removes activation codes.
    TF_LOG_PATH: "",
  };
}

/** Restores the lock files in the root modules, for users who run Terraform there. */
export function end({ work, accounts }: Session): void {
  if (!existsSync(LOCK_FILE)) return;
  for (const { name } of accounts) copyFileSync(LOCK_FILE, join(rootOf(work, name), LOCK_FILE));
}

/** Restricts existing local state files to their owner. An earlier version or another tool may have created them with another mode. */
function closeLocalState(outdir: string, { name, fields: { state } }: Account): void {
  if (state.backend !== "local") return;
  const file = resolve(rootOf({ outdir }, name), state.path);
  for (const path of [file, `${file}.backup`]) if (existsSync(path)) chmodSync(path, 0o600);
}
