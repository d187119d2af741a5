import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** The program that plans and applies: Terraform or OpenTofu. */
export interface Engine {
  readonly program: string;
  /** Of its environment, besides the process's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** The command as a person types it: `terraform` or `tofu`. */
export function commandName({ program }: Engine): string {
  return basename(program);
}

/** An error or warning, as both engines tell it. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
  /** Address of the resource at error. */
  readonly address?: string;
}

/** A line of `-json` output, as far as it is read here. @see https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
export interface Message {
  readonly type?: string;
  readonly "@message"?: string;
  readonly diagnostic?: Diagnostic;
  readonly hook?: { readonly resource: { readonly addr: string } };
  readonly change?: {
    readonly action: string;
    readonly reason?: string;
    readonly resource: { readonly addr: string };
    readonly importing?: object;
  };
  readonly changes?: {
    readonly operation: string;
    readonly add: number;
    readonly change: number;
    readonly remove: number;
  };
}

/** One call of the engine. */
export interface Call {
  /** Folder of the root module. */
  readonly root: string;
  readonly args: readonly string[];
  readonly log: Log;
  /** Once it is aborted, the engine is asked to stop in order. */
  readonly signal: AbortSignal;
  /** Environment besides the engine's. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of each line of `-json` output. @default - nobody */
  readonly onMessage?: (message: Message) => void;
}

/** What came of a call. */
export interface Ended {
  readonly code: number;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** All lines that were no `-json` output, without colours. */
  readonly text: string;
}

/** All that the engine said of an account: written as it comes, for its owner alone, and without activation codes. */
export class Log {
  private readonly file: number;

  constructor(readonly path: string) {
    this.file = openSync(path, "w", 0o600);
    // It may be there already, with another mode.
    fchmodSync(this.file, 0o600);
  }

  line(text: string): void {
    writeSync(this.file, `${withoutSecrets(text)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** What a person may read of a line: without activation codes, and without user and query string of an address. */
export function withoutSecrets(line: string): string {
  return withoutCodes(line).replace(
    /(https?:\/\/)(?:[^\s/@"]*@)?([^\s?"']*)(\?[^\s"']*)?/g,
    (_, scheme, rest, query) => (query ? `${scheme}${rest}?(left out)` : `${scheme}${rest}`),
  );
}

/**
 * A line without the code of an activation. With TF_LOG the engine writes requests, answers and plans in several notations, each with
 * the name of the field: such a line goes as a whole.
 */
export function withoutCodes(line: string): string {
  return /activation_?code\b/i.test(line) && !PLAIN.test(line)
    ? "(a line that names an activation code is left out)"
    : line;
}

/** What names the output, the argument or an address, and no value. */
const PLAIN = /^[^"=:]*\bactivation_codes?\b[^"=:]*$/;

/**
 * Runs the engine to its end. It has a session of its own: a signal of the terminal reaches this process alone, which passes one
 * SIGINT on. A second would end the engine before it has written the state.
 */
export async function call(engine: Engine, { root, args, log, signal, env, onMessage }: Call): Promise<Ended> {
  const child = spawn(engine.program, args, {
    cwd: root,
    env: { ...engine.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  process.once("exit", stop);
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const text: string[] = [];
  const read = (line: string) => {
    const message = messageOf(line);
    if (message === undefined) {
      const plain = stripVTControlCharacters(line);
      text.push(plain);
      log.line(plain);
      return;
    }
    const { diagnostic } = message;
    if (diagnostic) (diagnostic.severity === "error" ? errors : warnings).push(diagnostic);
    log.line(diagnostic ? diagnosticText(diagnostic) : (message["@message"] ?? ""));
    onMessage?.(message);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", read);
  log.line(`$ ${basename(engine.program)} ${args.join(" ")}`);
  try {
    const [status] = await once(child, "close");
    return { code: typeof status === "number" ? status : 1, errors, warnings, text: text.join("\n") };
  } finally {
    signal.removeEventListener("abort", stop);
    process.off("exit", stop);
  }
}

function messageOf(line: string): Message | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line);
    return typeof value["@message"] === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An error or warning as the engine would print it. */
export function diagnosticText({ severity, summary, detail, address }: Diagnostic): string {
  const head = `${severity === "error" ? "Error" : "Warning"}: ${summary}`;
  return [head, ...(address ? ["", `  with ${address},`] : []), ...(detail ? ["", detail] : [])].join("\n");
}

/** The errors of a call, in the engine's own words. */
export function errorText(ended: Ended): string {
  return withoutSecrets(errorLines(ended));
}

function errorLines({ errors, text, code }: Ended): string {
  if (errors.length > 0) return errors.map(diagnosticText).join("\n\n");
  // `init` and what fails before the first line of JSON.
  const [error] = /^Error: [\s\S]*/m.exec(text.replace(/^[╷╵│] ?/gm, "")) ?? [];
  return error?.trim() ?? `It ended with code ${code}.`;
}
