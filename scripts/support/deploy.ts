import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformCli } from "@cdktf/cli-core";
import pLimit from "p-limit";
import { readManifest } from "./roots";
import { type Outcome, outcome, wayOut, withoutCodes } from "./terraform-log";

/** What to deploy, and how much of it at once. */
export interface Deployment {
  readonly accounts: readonly string[];
  /** The `cdktf.out` folder. */
  readonly outdir: string;
  /** Accounts at work at one time, each with a Terraform and a provider process. */
  readonly parallelism: number;
  readonly onStart: (account: string) => void;
  /** Told when an account is through. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** No further account is started once it is aborted; those at work come to their end. */
  readonly signal: AbortSignal;
}

/**
 * Deploys accounts with what `cdktf deploy` itself runs for a stack, and p-limit for the bound. A `cdktf deploy` of several accounts
 * would not do: with --parallelism it ends at the first failure, and one `terraform init` that fails keeps all others from starting
 * (cdktf-cli 0.21, CdktfProject.execute). One `cdktf deploy` process for each takes about a second more, each.
 */
export async function deploy(deployment: Deployment): Promise<Outcome[]> {
  const { accounts, outdir, parallelism, onStart, onOutcome, signal } = deployment;
  const { TerraformCli } = await import("@cdktf/cli-core");
  const { stacks } = readManifest(outdir);
  const limit = pLimit(parallelism);
  return limit.map([...accounts], async (account) => {
    if (signal.aborted) return { account, status: "not started" } as const;
    onStart(account);
    const stack = stacks[account] as (typeof stacks)[string];
    const workingDirectory = join(outdir, stack.workingDirectory);
    const content = readFileSync(join(outdir, stack.synthesizedStackPath), "utf8");
    let log = "";
    const add = () => (text: string) => {
      log += text;
    };
    const terraform = new TerraformCli(NEVER, { ...stack, content, workingDirectory }, add);
    const error = await run(terraform).then(
      () => undefined,
      (thrown: unknown) => thrown ?? "failed",
    );
    const said = withoutCodes(log);
    writeFileSync(logFile(outdir, account), said, { mode: 0o600 });
    const way = wayOut(said, workingDirectory, JSON.parse(content).locals);
    const came = { ...outcome(account, said, error), ...(way && { wayOut: way }) };
    onOutcome(came);
    return came;
  });
}

/** Aborting would end this process before Terraform had given back its lock. */
const NEVER = new AbortController().signal;

async function run(terraform: TerraformCli): Promise<void> {
  await terraform.init({ noColor: true, needsUpgrade: false, migrateState: false, needsLockfileUpdate: false });
  const { cancelled } = await terraform.deploy({ autoApprove: true, noColor: true }, () => {});
  if (cancelled) throw "discarded in HCP Terraform";
}

/** Where all that Terraform said of an account is kept, without secrets. */
export function logFile(outdir: string, account: string): string {
  return join(outdir, "stacks", account, "deploy.log");
}
