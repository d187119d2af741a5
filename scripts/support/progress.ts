import type { Message } from "./terraform";

/** Interval between updates of a terminal, in milliseconds. */
const INTERVAL = 200;

/** Shows the running accounts. A terminal is redrawn. Other outputs get a line at the start and end of each account. */
export interface Progress {
  /** Starts a stage with a number of accounts. @param doing - the stage in one word: `plan`, `apply` */
  stage(doing: string, count: number): Promise<void>;
  start(account: string): void;
  /** Shows a message of the engine about a running account. */
  message(account: string, message: Message): void;
  /** @param came - the result, in short form */
  done(account: string, came: string): void;
  /** Stops redrawing the terminal. */
  stop(): void;
}

interface Running {
  readonly since: number;
  now: string;
}

/** @param out - `process.stdout`, or `process.stderr` if the output is for a program */
export function progressOn(out: NodeJS.WriteStream): Progress {
  const running = new Map<string, Running>();
  let stage = { doing: "", count: 0, done: 0, since: 0 };
  let draw = (_: string) => {};
  let clear = () => {};
  let timer: NodeJS.Timeout | undefined;
  const plain = (line: string) => {
    if (!out.isTTY) out.write(`${line}\n`);
  };
  const show = () => {
    const head = `${stage.doing}: ${stage.done} of ${stage.count} accounts, ${clock(stage.since)}`;
    const lines = [...running].map(([name, { since, now }]) => `  ${name}  ${clock(since)}  ${now}`);
    draw([head, ...lines.map((line) => line.slice(0, (out.columns ?? 80) - 1))].join("\n"));
  };
  return {
    async stage(doing, count) {
      stage = { doing, count, done: 0, since: Date.now() };
      if (!out.isTTY) return;
      const { createLogUpdate } = await import("log-update");
      const update = createLogUpdate(out, { showCursor: true });
      draw = update;
      clear = () => update.clear();
      timer = setInterval(show, INTERVAL);
      show();
    },
    start(account) {
      running.set(account, { since: Date.now(), now: stage.doing });
      plain(`${account}: ${stage.doing}`);
    },
    message(account, { type, hook, "@message": text }) {
      const one = running.get(account);
      if (!one || !hook) return;
      one.now = hook.resource.addr;
      // Sent after ten seconds: "Still creating... [10s elapsed]".
      if (type === "apply_progress") plain(`${account}: ${text}`);
    },
    done(account, came) {
      const since = running.get(account)?.since ?? Date.now();
      running.delete(account);
      stage.done += 1;
      plain(`${account}: ${came}, ${clock(since)}`);
    },
    stop() {
      clearInterval(timer);
      clear();
      draw = () => {};
      clear = () => {};
    },
  };
}

/** Returns the elapsed time as `1:05`. */
function clock(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
