import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { command, commandLine } from "./support/command";
import { Refusal } from "./support/refusal";
import { run } from "./support/run";
import { findTools } from "./support/tools";

const FOLDER = "docs/pictures";

const line = commandLine("pictures", {
  purpose: `Takes the screenshots for the README: a plan of the example accounts against the AWS emulator, and their report. Writes ${FOLDER}/plan.png and ${FOLDER}/report.png.`,
  examples: ["pictures"],
});

command(line, async () => {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  const browser = await puppeteer.launch({ executablePath: findTools("chromium").chromium, args: ["--no-sandbox"] });
  try {
    const newPage = async () => {
      const page = await browser.newPage();
      await page.setViewport({ width: 1000, height: 620, deviceScaleFactor: 1.5 });
      return page;
    };
    mkdirSync(FOLDER, { recursive: true });
    const report = join(folder, "report.html");
    await program("report", folder, "--output", report);
    const page = await newPage();
    await page.goto(pathToFileURL(report).href);
    await page.screenshot({ path: join(FOLDER, "report.png") });
    // On another page, because the report's Content-Security-Policy forbids other styles.
    const plan = await newPage();
    await plan.setContent(terminal(planOf(await program("demo", folder))));
    await (await plan.$("pre"))?.screenshot({ path: join(FOLDER, "plan.png") });
    return 0;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});

/** Returns the output of one of our commands. @throws Refusal if it fails */
async function program(name: string, outdir: string, ...args: readonly string[]): Promise<string> {
  const env = { ...(process.env as Record<string, string>), CDKTF_OUTDIR: join(outdir, "cdktf.out") };
  const script = resolve("scripts", `${name}.ts`);
  const { code, stdout, output } = await run(process.execPath, ["--import", "tsx", script, ...args], {
    cwd: process.cwd(),
    env,
  });
  if (code !== 0) throw new Refusal(`${name} failed:\n${output}`);
  return stdout;
}

/** Returns the table of the first plan in the demo's output. */
function planOf(demo: string): string {
  const [table] = /^account +add .*\n(?:\S+(?: +\d+){6}\n?)+/m.exec(demo) ?? [];
  if (table === undefined) throw new Refusal("The output of the demo contains no plan.");
  return `$ npm run plan\n${table.trimEnd()}`;
}

/** HTML that looks like text in a terminal. */
function terminal(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<pre style="display:inline-block;margin:0;padding:16px 20px;background:#0d1117;color:#e6edf3;font:15px/1.5 monospace">${escaped}</pre>`;
}
