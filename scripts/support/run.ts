import { spawn } from "node:child_process";

/** Exit code and output of a program. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both outputs, in the order in which they were written. */
  readonly output: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each line of output. @default - none */
  readonly onLine?: (line: string) => void;
}

/** Runs a program. It does not throw if the program fails. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  const parts = { stdout: "", stderr: "", output: "" };
  let rest = "";
  const read = (stream: "stdout" | "stderr") => (chunk: string) => {
    parts[stream] += chunk;
    parts.output += chunk;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) options.onLine?.(line);
  };
  child.stdout.setEncoding("utf8").on("data", read("stdout"));
  child.stderr.setEncoding("utf8").on("data", read("stderr"));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (rest) options.onLine?.(rest);
  return { code, ...parts };
}
