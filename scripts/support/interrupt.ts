import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Interval between checks that the parent process is alive, in milliseconds. */
const PARENT_INTERVAL = 500;
/** Signals within this time count as one, in milliseconds: Ctrl-C also reaches npm, which forwards it. */
const SAME = 500;

let stoppedBy: (typeof SIGNALS)[number] | undefined;

/** Returns the exit code that shells use for a process ended by a signal. `undefined` without a signal. */
export function signalExitCode(): number | undefined {
  return stoppedBy && 128 + constants.signals[stoppedBy];
}

/** Signals that ask a command to stop. */
export interface Stop {
  /** Aborted on the first signal: nothing new starts. */
  readonly first: AbortSignal;
  /** Aborted on the second: Terraform is asked to stop what it applies. */
  readonly second: AbortSignal;
}

/**
 * Handles SIGINT, SIGTERM and SIGHUP until the process ends. After the first signal, running applies finish: Terraform, if asked to stop,
 * cancels its requests ("context canceled", seen with Terraform 1.11.4 and provider 5.100.0), and a resource that AWS still creates is then
 * missing from the state. npm forwards SIGINT and SIGTERM, but not SIGHUP (`@npmcli/run-script`, lib/signal-manager.js), so the end of the
 * parent process counts as SIGHUP.
 * @param told - messages for the user on the first and on the second signal
 */
export function takeSignals(told: { readonly first: string; readonly second: string }): Stop {
  const [first, second] = [new AbortController(), new AbortController()];
  let last = 0;
  const stop = (name: (typeof SIGNALS)[number]) => {
    const since = Date.now() - last;
    last = Date.now();
    if (since < SAME) return;
    const again = first.signal.aborted;
    console.error(`\n${name}${again ? " again" : ""}. ${again ? told.second : told.first}`);
    stoppedBy ??= name;
    (again ? second : first).abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  // A closed terminal accepts no more output.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!stoppedBy) stop("SIGHUP");
  }, PARENT_INTERVAL);
  watch.unref();
  return { first: first.signal, second: second.signal };
}

/** Messages during an apply. */
export const APPLYING = {
  first:
    "Waiting for the running applies. No more accounts are started. Send the signal again to ask Terraform to stop.",
  second:
    "Stopping Terraform. It writes the state and releases the lock. AWS may still complete a request that Terraform cancels.",
} as const;
