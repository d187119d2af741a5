import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Snapshot } from "../lib/report/changes";
import { keptBaseline, keptSnapshot, report } from "../lib/report/page";
import { type AccountFacts, readRoot } from "../lib/report/read";
import { command, commandLine, Refusal } from "./support/command";
import { refuseVariables } from "./support/environment";
import { ACCOUNTS_FILE, readManifest, synthesizeRoots } from "./support/roots";

const line = commandLine("report", {
  purpose:
    "Writes an HTML page for the person who approves the roles: each account's role, policies and permissions, and what changed since the accepted report.",
  examples: ["report", "report -- --accept", "report -- --output review.html --since report.html"],
})
  .option("--from <folder>", "read this cdktf.out folder (default: synthesize into a temporary folder)")
  .option("--output <file>", "the file to write", "report.html")
  .option(
    "--since <report>",
    "the report to compare with (default: the baseline of the page at --output, or that page itself if it was accepted or has no baseline)",
  )
  .option("--accept", "make this report the baseline of later reports");

command(line, async ({ from, output, since, accept }) => {
  refuseVariables(ACCOUNTS_FILE);
  const last = lastReport(output, since);
  const fleet = from === undefined ? await synthesizedFleet() : readFleet(from);
  const made = `${new Date().toISOString().slice(0, 16)}Z`;
  const { page, summary } = report(fleet, made, last, accept);
  writeWhole(output, page);
  console.log(`${output}: ${summary}`);
  if (accept) console.log("Accepted: this report is the baseline of later reports.");
  return 0;
});

async function synthesizedFleet(): Promise<AccountFacts[]> {
  const outdir = mkdtempSync(join(tmpdir(), "report-"));
  try {
    await synthesizeRoots(process.cwd(), ACCOUNTS_FILE, outdir, ACCOUNTS_FILE);
    return readFleet(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function readFleet(outdir: string): AccountFacts[] {
  if (!existsSync(join(outdir, "manifest.json"))) {
    throw new Refusal(
      `--from ${outdir} is not a cdktf.out folder: it has no manifest.json. Run npm run synth, or remove --from.`,
    );
  }
  return Object.entries(readManifest(outdir).stacks).map(([name, { synthesizedStackPath }]) =>
    readRoot(name, JSON.parse(readFileSync(join(outdir, synthesizedStackPath), "utf8"))),
  );
}

/** Returns the accepted report to compare with. Refuses to replace a file that is not a report. */
function lastReport(output: string, since: string | undefined): Snapshot | undefined {
  const ofOutput = existsSync(output) ? readReport(output, keptBaseline, "Use another file for --output.") : undefined;
  if (since === undefined) return ofOutput;
  return readReport(since, keptSnapshot, "Use a report that npm run report wrote.");
}

function readReport(file: string, read: (page: string) => Snapshot, fix: string): Snapshot {
  try {
    return read(readFileSync(file, "utf8"));
  } catch {
    throw new Refusal(`${file} is not a report, or another version wrote it. ${fix}`);
  }
}

/** Writes a file atomically: into a temporary file in the same folder, which is then renamed. */
function writeWhole(file: string, text: string): void {
  const part = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    writeFileSync(part, text);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}
