import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** An AWS emulator on the loopback interface. */
export interface Emulator {
  readonly endpoint: string;
  /** Number of requests since it started. */
  requests(): number;
  /** Stops the server, by process ID. */
  stop(): Promise<void>;
}

/** Time limit for the first answer. moto needs a few seconds, or a minute on a busy machine. */
const START_TIMEOUT_MS = 600_000;

/**
 * Starts moto on a free loopback port, with the AWS managed policies loaded.
 * @param detached - keep it running after a signal from the terminal, so that Terraform can finish
 */
export async function startEmulator(
  moto: string,
  env: Readonly<Record<string, string>>,
  detached = false,
): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(moto, ["-H", "127.0.0.1", "-p", String(port)], {
    env: { ...env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
    stdio: ["ignore", "ignore", "pipe"],
    detached,
  });
  let requests = 0;
  let log = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    log = `${log}${line}\n`.slice(-10_000);
    if (/"(GET|POST|PUT|DELETE|HEAD) (?!\/moto-api)/.test(line)) requests += 1;
  });
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await exited;
  };
  for (const start = Date.now(); ; ) {
    if (child.exitCode !== null) throw new Error(`moto_server exited at startup:\n${log}`);
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => undefined);
    if (answer?.ok) break;
    if (Date.now() - start > START_TIMEOUT_MS) {
      await stop();
      throw new Error(`moto_server did not answer in ${START_TIMEOUT_MS / 1000} s:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { endpoint, requests: () => requests, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port on the loopback interface");
  return address.port;
}
