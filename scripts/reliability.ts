/**
 * Runs the fault tests, all of them, and writes docs/reliability.md from what they saw: real Terraform, killed, cut off
 * and misled, against the emulator.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../__tests__/e2e/faults/rows";
import { command } from "./support/command";
import { generated } from "./support/generated";
import { table } from "./support/markdown";

const intro = (plainRuns: string) => `# Reliability

What goes wrong, what the person at the terminal reads, what is left, and the way out. Written by \`npm run reliability\` from the
output of \`__tests__/e2e/faults/\`: each row is a real run of Terraform with all features on and moto as AWS, its state in S3 unless the row
says otherwise, that ended with an empty plan and the account as an undisturbed apply leaves it, but for an activation too many where a row
says so. The numbers of state and AWS both count roles, policies, attachments and activations.

- Terraform writes a state in S3 at the end of an apply, and every 20 seconds during it; no setting makes that shorter. Killed before, it
  has made things that no state knows, and its lock stays. A plain run is then refused: for the lock, and next for the role and the
  policies, which it finds by their names. \`npm run deploy\` ends with the commands to paste, \`terraform force-unlock\` and \`terraform
  import\` with their addresses and ids (\`__tests__/e2e/deploy.test.ts\`). It does not run them: a lock may be a colleague's, a role of that
  name somebody else's. Attachments are simply made again.
- A state in a local file is written while Terraform runs, and its lock ends with the process: a plain run is refused for what was made last.
- SIGINT and SIGTERM lose nothing: Terraform ends the calls under way, writes its state and gives back the lock.
- An activation has no name. Killed or cut off after AWS made one, Terraform makes another. The first stays until it expires; nobody has
  its code. \`aws ssm describe-activations\` shows it, \`terraform output activation_ids\` the one to keep.
- After SIGKILL a plain \`terraform apply\` was all that it took at ${plainRuns}.
- moto cannot show how AWS spreads a change over its servers, how long a real outage lasts (the provider tries 25 times), or what a real
  session's expiry looks like: the proxy answers with the error's code. Activations are answered by the tests' own server.

`;

command(async () => {
  const folder = mkdtempSync(join(tmpdir(), "reliability-"));
  try {
    const rows = join(folder, "rows.jsonl");
    const jest = ["node_modules/jest/bin/jest.js", "--selectProjects", "e2e", "--testPathPatterns", "e2e/faults/"];
    const env = { ...process.env, CI: "1", TEST_FULL: "1", RELIABILITY_ROWS: rows };
    const { status } = spawnSync(process.execPath, jest, { env, stdio: "inherit" });
    if (status !== 0 || !existsSync(rows)) return 1;
    const all: Row[] = readFileSync(rows, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    // The files run side by side; within one the order is that of its tests.
    all.sort((a, b) => (a.test < b.test ? -1 : Number(a.test > b.test)));
    const cells = all.map(({ fault, sees, left, wayOut, test }) => [
      fault,
      sees,
      left,
      wayOut,
      `[${test.split("/").at(-1)}](../${test})`,
    ]);
    const plain = (["S3", "a local file"] as const).map((where) => {
      const killed = all.filter(({ fault }) => fault.startsWith(`SIGKILL, state in ${where},`));
      const enough = killed.filter(({ wayOut }) => wayOut === "`terraform apply`");
      return `${enough.length} of ${killed.length} with the state in ${where}`;
    });
    const head = ["fault", "what the person sees", "what is left", "the way out", "test"];
    generated("docs/reliability.md", `${intro(plain.join(", at "))}${table(head, cells)}`, "reliability");
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});
