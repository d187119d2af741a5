import { join } from "node:path";
import type { Stop } from "./interrupt";
import type { Progress } from "./progress";
import type { ProviderCheck } from "./provider-hash";
import type { Engine } from "./terraform";

/** What all accounts of one command share. */
export interface Work {
  readonly engine: Engine;
  /** The `cdktf.out` folder. */
  readonly outdir: string;
  /** Accounts at work at one time, each with a Terraform and a provider process. */
  readonly parallelism: number;
  readonly stop: Stop;
  readonly progress: Progress;
  readonly providers: ProviderCheck;
  /** How long to wait for the lock of a state, as Terraform writes it: `30s`. @default - not at all */
  readonly lockTimeout?: string | undefined;
}

/** Folder of an account's root module. */
export function rootOf({ outdir }: Pick<Work, "outdir">, account: string): string {
  return join(outdir, "stacks", account);
}

/** The saved plan of an account. It holds what the state holds, activation codes too: its mode is 0600. */
export function planFile(work: Pick<Work, "outdir">, account: string): string {
  return join(rootOf(work, account), PLAN);
}

/** Name of a saved plan, in the folder of the root module. */
export const PLAN = "plan.tfplan";

/** Where all that Terraform said of an account is kept. */
export function logFile(work: Pick<Work, "outdir">, account: string, stage: "plan" | "deploy"): string {
  return join(rootOf(work, account), `${stage}.log`);
}
