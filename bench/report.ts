/**
 * Measures how fast a browser loads and filters the page of `npm run report`: `npx tsx bench/report.ts [accounts] [runs]`. The default is
 * 1,000 accounts and 5 runs. It needs Chromium.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer, { type Browser } from "puppeteer-core";
import { findTools } from "../scripts/support/tools";
import { fleets } from "./fleets";
import { machine, median, writeSection } from "./results";

const [size = 1000, runs = 5] = process.argv.slice(2).map(Number);

/** Stores the time of the first frame in which the fleet is visible and can be filtered. */
const WATCH = `
  const watch = () => {
    if (document.getElementById("count")?.value) requestAnimationFrame(() => { window.opened = performance.now(); });
    else requestAnimationFrame(watch);
  };
  watch();
`;

/** Milliseconds from the start to that frame, and until all accounts are loaded. */
const TIMES = `[window.opened, performance.getEntriesByType("navigation")[0].loadEventEnd]`;

/** Types into the filter, and returns the milliseconds to the next frame. */
const filter = (text: string) => `new Promise((resolve) => {
  const field = document.getElementById("filter");
  const start = performance.now();
  field.value = ${JSON.stringify(text)};
  field.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
})`;

/** Measures in milliseconds: the table is visible, all is loaded, the filter shows few, the filter shows all. */
async function measure(browser: Browser, address: string): Promise<number[]> {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(WATCH);
  await page.goto(address, { timeout: 0 });
  // The page may be loaded before its first frame is drawn.
  await page.waitForFunction("window.opened !== undefined", { timeout: 0 });
  const times = (await page.evaluate(TIMES)) as number[];
  for (const text of ["account-77", ""]) times.push((await page.evaluate(filter(text))) as number);
  await page.close();
  return times;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-report-"));
  // As root, Chromium runs only without its sandbox.
  const browser = await puppeteer.launch({
    executablePath: findTools("chromium").chromium,
    args: ["--no-sandbox"],
    timeout: 0,
  });
  try {
    const [accounts, report] = [join(folder, "accounts.yaml"), join(folder, "report.html")];
    writeFileSync(accounts, fleets(size).ours);
    const args = ["--import", "tsx", "scripts/report.ts", "--output", report];
    execFileSync(process.execPath, args, { env: { ...process.env, ACCOUNTS_FILE: accounts } });
    const figures: number[][] = [];
    for (let index = 0; index < runs; index++) figures.push(await measure(browser, pathToFileURL(report).href));
    const cells = [0, 1, 2, 3].map((column) => median(figures.map((times) => times[column] as number)).toFixed(0));
    writeSection(
      "Report",
      `The page of \`npm run report\` in Chromium, in milliseconds: until the fleet's table is visible and can be filtered, until all accounts are
loaded, and from a key press in the filter to the next frame. All eight features are on. Medians of ${runs} runs.
\`npx tsx bench/report.ts ${size} ${runs}\`, ${machine()}.

| accounts | table, ms | all, ms | filtered to few, ms | filtered to all, ms |
|---:|---:|---:|---:|---:|
| ${[size.toLocaleString("en-US"), ...cells].join(" | ")} |`,
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
