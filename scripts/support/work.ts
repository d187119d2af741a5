import { join } from "node:path";
import type { Stop } from "./interrupt";
import type { Progress } from "./progress";
import type { ProviderCheck } from "./provider-hash";
import type { Engine } from "./terraform";

/** Settings that all accounts of a command share. */
export interface Work {
  readonly engine: Engine;
  /** The `cdktf.out` folder. */
  readonly outdir: string;
  /** Number of accounts at the same time. Each runs a Terraform and a provider process. */
  readonly parallelism: number;
  readonly stop: Stop;
  readonly progress: Progress;
  readonly providers: ProviderCheck;
  /** How long to wait for a state lock, as a Terraform duration: `30s`. @default - no waiting */
  readonly lockTimeout?: string | undefined;
}

/** Folder of an account's root module. */
export function rootOf({ outdir }: Pick<Work, "outdir">, account: string): string {
  return join(outdir, "stacks", account);
}

/** Saved plan of an account. Its mode is 0600, because it contains the secrets of the state, such as activation codes. */
export function planFile(work: Pick<Work, "outdir">, account: string): string {
  return join(rootOf(work, account), PLAN);
}

/** Name of a saved plan, in the folder of the root module. */
export const PLAN = "plan.tfplan";

/** Log file of an account. */
export function logFile(work: Pick<Work, "outdir">, account: string, stage: "plan" | "deploy"): string {
  return join(rootOf(work, account), `${stage}.log`);
}
