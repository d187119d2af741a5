import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../__tests__/e2e/faults/rows";
import { command, commandLine } from "./support/command";
import { table } from "./support/markdown";

/** Not in git. docs/reliability.md summarizes it. */
const LOG = "reliability.log.md";

const intro = (plainRuns: string) => `# What each fault left behind

Written by \`npm run reliability\` from the output of \`__tests__/e2e/faults/\`. Each row is a run of Terraform with all features, with moto as
AWS. The state is in S3 unless the row says otherwise. Each run ended with an empty plan and with the resources of an undisturbed apply, except
for an extra activation if the row says so. The numbers count roles, policies, attachments and activations. After SIGKILL, a plain
\`terraform apply\` was enough at ${plainRuns}.

`;

const line = commandLine("reliability", {
  purpose: `Runs all fault injection tests with Terraform against the AWS emulator, and writes the effects of each fault to ${LOG}.`,
  examples: ["reliability"],
});

command(line, async () => {
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
    // Test files run in parallel. Within a file, the order is that of its tests.
    all.sort((a, b) => (a.test < b.test ? -1 : Number(a.test > b.test)));
    const cells = all.map(({ fault, sees, left, fix, test }) => [
      fault,
      sees,
      left,
      fix,
      `[${test.split("/").at(-1)}](${test})`,
    ]);
    const plain = (["S3", "a local file"] as const).map((where) => {
      const killed = all.filter(({ fault }) => fault.startsWith(`SIGKILL, state in ${where},`));
      const enough = killed.filter(({ fix }) => fix === "`terraform apply`");
      return `${enough.length} of ${killed.length} with the state in ${where}`;
    });
    const head = ["fault", "what the user sees", "what is left", "fix", "test"];
    writeFileSync(LOG, `${intro(plain.join(", at "))}${table(head, cells)}`);
    console.log(`Written: ${LOG}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});
