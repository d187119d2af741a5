import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How often it is asked whether the process that started this one is still there, in milliseconds. */
const PARENT_INTERVAL = 500;
/** What comes sooner after a signal is the same one, in milliseconds: Ctrl-C reaches npm too, which passes it on. */
const SAME = 500;

let stoppedBy: (typeof SIGNALS)[number] | undefined;

/** The exit code that shells give a process that a signal ended; `undefined` where none came. */
export function signalExitCode(): number | undefined {
  return stoppedBy && 128 + constants.signals[stoppedBy];
}

/** How a command is asked to stop. */
export interface Stop {
  /** Aborted on the first signal: nothing further is started. */
  readonly first: AbortSignal;
  /** Aborted on the second: Terraform is asked to stop what it applies. */
  readonly second: AbortSignal;
}

/**
 * Takes SIGINT, SIGTERM and SIGHUP until the process ends. What is applied comes to its end after the first: asked to stop, Terraform
 * cancels the calls under way ("context canceled", seen with Terraform 1.11.4 and provider 5.100.0), and what AWS makes of one is then
 * in no state. npm passes SIGINT and SIGTERM on, but not SIGHUP (`@npmcli/run-script`, lib/signal-manager.js): the end of the process
 * that started this one counts as SIGHUP.
 * @param told - what happens on the first signal and on the second, for the person at the terminal
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
  // A closed terminal takes no more output.
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

/** What is said where accounts are applied. */
export const APPLYING = {
  first:
    "Applies that are running finish. No other account is started. Send the signal again to ask Terraform to stop.",
  second:
    "Terraform stops: it writes the state and releases the lock. AWS may still complete a request that Terraform cancels.",
} as const;
