import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** The program that plans and applies: Terraform or OpenTofu. */
export interface Engine {
  readonly program: string;
  /** Environment variables in addition to those of this process. */
  readonly env: Readonly<Record<string, string>>;
}

/** The command that a user types: `terraform` or `tofu`. */
export function commandName({ program }: Engine): string {
  return basename(program);
}

/** An error or warning of the engine. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
  /** Address of the resource. */
  readonly address?: string;
}

/** The part of a line of `-json` output that is read here. @see https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
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
  /** When it is aborted, the engine is asked to stop gracefully. */
  readonly signal: AbortSignal;
  /** Additional environment variables. @default - none */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line of `-json` output. @default - none */
  readonly onMessage?: (message: Message) => void;
}

/** Result of a call. */
export interface Ended {
  readonly code: number;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** All lines that are not `-json` output, without colors. */
  readonly text: string;
}

/** Log of the engine's output for an account. It is written line by line, with mode 0600, and without activation codes. */
export class Log {
  private readonly file: number;

  constructor(readonly path: string) {
    this.file = openSync(path, "w", 0o600);
    // The file may already exist with another mode.
    fchmodSync(this.file, 0o600);
  }

  line(text: string): void {
    writeSync(this.file, `${withoutSecrets(text)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Removes secrets from a line: activation codes, and the user and query string of addresses. */
export function withoutSecrets(line: string): string {
  return withoutCodes(line).replace(
    /(https?:\/\/)(?:[^\s/@"]*@)?([^\s?"']*)(\?[^\s"']*)?/g,
    (_, scheme, rest, query) => (query ? `${scheme}${rest}?(left out)` : `${scheme}${rest}`),
  );
}

/**
 * Removes the code of an activation from a line. With TF_LOG, the engine writes requests, responses and plans in several notations. All of
 * them contain the name of the field, so the whole line is removed.
 */
export function withoutCodes(line: string): string {
  return /activation_?code\b/i.test(line) && !PLAIN.test(line) ? "(line with an activation code removed)" : line;
}

/** Text that contains the name of the output, argument or address, but no value. */
const PLAIN = /^[^"=:]*\bactivation_codes?\b[^"=:]*$/;

/**
 * Runs the engine in a new session, so that signals from the terminal reach only this process, which forwards one SIGINT. A second SIGINT
 * would end the engine before it writes the state.
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

/** Returns an error or warning in the form that the engine prints. */
export function diagnosticText({ severity, summary, detail, address }: Diagnostic): string {
  const head = `${severity === "error" ? "Error" : "Warning"}: ${summary}`;
  return [head, ...(address ? ["", `  with ${address},`] : []), ...(detail ? ["", detail] : [])].join("\n");
}

/** Returns the errors of a call, as the engine reports them. */
export function errorText(ended: Ended): string {
  return withoutSecrets(errorLines(ended));
}

function errorLines({ errors, text, code }: Ended): string {
  if (errors.length > 0) return errors.map(diagnosticText).join("\n\n");
  // `init`, and errors before the first line of JSON.
  const [error] = /^Error: [\s\S]*/m.exec(text.replace(/^[╷╵│] ?/gm, "")) ?? [];
  return error?.trim() ?? `It exited with code ${code}.`;
}
