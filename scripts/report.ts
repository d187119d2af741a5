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
  .option("--from <folder>", "a cdktf.out folder to read (default: synthesize into a temporary folder)")
  .option("--output <file>", "the page to write", "report.html")
  .option(
    "--since <report>",
    "the report to compare with (default: the one that the page at --output was compared with, or that page itself where it was accepted or is the first)",
  )
  .option("--accept", "make this page the one that later reports are compared with");

command(line, async ({ from, output, since, accept }) => {
  refuseVariables(ACCOUNTS_FILE);
  const last = lastReport(output, since);
  const fleet = from === undefined ? await synthesizedFleet() : readFleet(from);
  const made = `${new Date().toISOString().slice(0, 16)}Z`;
  const { page, summary } = report(fleet, made, last, accept);
  writeWhole(output, page);
  console.log(`${output}: ${summary}`);
  if (accept) console.log("Accepted: later reports are compared with this one.");
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
      `--from ${outdir} is not a cdktf.out folder: it has no manifest.json. Run npm run synth, or leave it out.`,
    );
  }
  return Object.entries(readManifest(outdir).stacks).map(([name, { synthesizedStackPath }]) =>
    readRoot(name, JSON.parse(readFileSync(join(outdir, synthesizedStackPath), "utf8"))),
  );
}

/** The accepted report to compare with. Also keeps a file that is no report from being replaced. */
function lastReport(output: string, since: string | undefined): Snapshot | undefined {
  const ofOutput = existsSync(output)
    ? readReport(output, keptBaseline, "Name another file with --output.")
    : undefined;
  if (since === undefined) return ofOutput;
  return readReport(since, keptSnapshot, "Name a report that npm run report wrote.");
}

function readReport(file: string, read: (page: string) => Snapshot, fix: string): Snapshot {
  try {
    return read(readFileSync(file, "utf8"));
  } catch {
    throw new Refusal(`${file} is not a report that this version can read. ${fix}`);
  }
}

/** Writes a file beside its place and moves it there, so that nobody finds half of it. */
function writeWhole(file: string, text: string): void {
  const part = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    writeFileSync(part, text);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}
