import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How often it is asked whether the process that started this one is still there, in milliseconds. */
const PARENT_INTERVAL = 500;

let stoppedBy: (typeof SIGNALS)[number] | undefined;

/** The exit code that shells give a process that a signal ended; `undefined` where none came. */
export function signalExitCode(): number | undefined {
  return stoppedBy && 128 + constants.signals[stoppedBy];
}

/**
 * Takes SIGINT, SIGTERM and SIGHUP until the process ends. A second one changes nothing: it would kill Terraform, which would lose the
 * state of what it made. npm passes SIGINT and SIGTERM on, but not SIGHUP (`@npmcli/run-script`, lib/signal-manager.js): the end of the
 * process that started this one counts as SIGHUP.
 * @param stopping - what happens now, for the person at the terminal
 * @returns aborted on the first signal
 */
export function takeSignals(stopping: string): AbortSignal {
  const controller = new AbortController();
  const stop = (name: (typeof SIGNALS)[number]) => {
    console.error(`\n${name}${stoppedBy ? " again" : ""}. ${stopping}`);
    stoppedBy ??= name;
    controller.abort();
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
  return controller.signal;
}
