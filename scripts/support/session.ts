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

/** The command line of a command that plans, with the arguments and options that all of these have. */
export function planLine(name: string, usage: Usage) {
  return commandLine(name, usage)
    .argument(...ACCOUNT_NAMES)
    .option("--parallelism <n>", "accounts planned at the same time (default: the number of processors)", parallelismOf)
    .option("--lock-timeout <time>", "how long Terraform waits for a locked state, such as 30s or 5m", lockTimeoutOf)
    .option("--replace-role <account>", "an account whose role may be replaced; repeatable", collect, [] as string[]);
}

/** The values of these options. */
interface PlanValues {
  readonly parallelism?: number | undefined;
  readonly lockTimeout?: string | undefined;
  readonly replaceRole: readonly string[];
}

function lockTimeoutOf(value: string): string {
  if (/^\d+(ms|s|m|h)$/.test(value)) return value;
  throw new InvalidArgumentError("It must be a time such as 30s or 5m.");
}

/** Accounts with their root modules written and the providers in reach. */
export interface Session {
  readonly work: Work;
  readonly accounts: readonly Account[];
  readonly all: Accounts;
}

/**
 * Begins a command that runs Terraform: refuses what would make it do something else than the file says, and writes the root modules.
 * @param names - of accounts; all where there is none
 * @param out - where progress is shown
 * @throws Refusal or InvalidInputError before anything is written
 */
export async function begin(
  names: readonly string[],
  values: PlanValues,
  out: NodeJS.WriteStream,
  stop: Stop,
): Promise<Session> {
  refuseVariables(ACCOUNTS_FILE);
  const { parallelism = availableParallelism(), lockTimeout, replaceRole: replaced } = values;
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

/** The environment of Terraform. What it writes may hold what the state holds: that is for its owner alone. */
export function engineEnvironment(): Record<string, string> {
  process.umask(0o077);
  return {
    ...(process.env as Record<string, string>),
    CHECKPOINT_DISABLE: process.env.CHECKPOINT_DISABLE ?? "1",
    TF_IN_AUTOMATION: "1",
    // Terraform and the provider live for seconds, and spend a fifth of them on collecting garbage. Within the memory that they take
    // with Go's own settings they need not. Go goes beyond this limit where a process needs more: https://go.dev/doc/gc-guide#Memory_limit
    GOGC: process.env.GOGC ?? "400",
    GOMEMLIMIT: process.env.GOMEMLIMIT ?? "220MiB",
    TF_INPUT: "0",
    // Its log comes through ours, which leaves activation codes out.
    TF_LOG_PATH: "",
  };
}

/** Leaves the root modules as the synthesis writes them, for whoever calls Terraform in them. */
export function end({ work, accounts }: Session): void {
  if (!existsSync(LOCK_FILE)) return;
  for (const { name } of accounts) copyFileSync(LOCK_FILE, join(rootOf(work, name), LOCK_FILE));
}

/** A state in a file that an earlier version or another tool wrote keeps the mode that it has. */
function closeLocalState(outdir: string, { name, fields: { state } }: Account): void {
  if (state.backend !== "local") return;
  const file = resolve(rootOf({ outdir }, name), state.path);
  for (const path of [file, `${file}.backup`]) if (existsSync(path)) chmodSync(path, 0o600);
}
