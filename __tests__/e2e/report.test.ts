import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { fleets } from "../../bench/fleets";
import { REPOSITORY } from "../../scripts/support/lab";
import { findTools } from "../../scripts/support/tools";
import { describeWithTools } from "./support";

/** A folder for screenshots. @default - no screenshots */
const SCREENSHOTS = process.env.REPORT_SCREENSHOTS;

describeWithTools("npm run report", ["chromium"], () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "report-test-"));
    // The browser opens only our own page. For the root user, Chromium runs only without its sandbox.
    browser = await puppeteer.launch({
      executablePath: findTools("chromium").chromium,
      args: ["--no-sandbox"],
      // The tests have their own time limits.
      timeout: 0,
      protocolTimeout: 0,
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string) => join(folder, name);
  const report = (env: Record<string, string>, ...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "scripts/report.ts", ...args], {
      cwd: REPOSITORY,
      encoding: "utf8",
      env: { ...process.env, CDKTF_OUTDIR: "", ACCOUNTS_FILE: "", ...env },
    });
  const write = (accounts: string, name: string, ...args: string[]) => {
    writeFileSync(file("accounts.yaml"), accounts);
    const { status, stderr, stdout } = report(
      { ACCOUNTS_FILE: file("accounts.yaml") },
      "--output",
      file(name),
      ...args,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout;
  };

  /** Opens a page, and collects its requests and console messages. */
  async function open(name: string, size: { width: number; height: number }, scheme = "light") {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== pathToFileURL(file(name)).href) said.push(request.url());
    });
    await page.setViewport(size);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(pathToFileURL(file(name)).href);
    return { page, said };
  }
  const shoot = async (page: Page, name: string) => {
    if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  };
  const shown = (page: Page, selector: string): Promise<string[]> =>
    page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent ?? ""));

  describe("the page of the example accounts", () => {
    const example = readFileSync(join(REPOSITORY, "accounts.yaml"), "utf8");
    const names = ["datacentre-us", "factory-eu", "other-cloud"];
    beforeAll(() => void write(example, "example.html"));

    test("opens without a request or error, and can be filtered by text and buttons", async () => {
      const { page, said } = await open("example.html", { width: 1280, height: 900 });
      await shoot(page, "example-light");
      expect(await shown(page, "#fleet tbody th")).toEqual(names);
      expect(await shown(page, "#count")).toEqual(["3 of 3 accounts"]);

      await page.type("#filter", "EU-central directory");
      expect(await shown(page, "#count")).toEqual(["0 of 3 accounts"]);
      await filter(page, "");
      await page.type("#filter", "2222");
      expect(await shown(page, "#fleet tbody th")).toEqual(["datacentre-us"]);
      expect(await shown(page, ".account h2")).toEqual(["datacentre-us"]);
      await filter(page, "");

      // With only the keyboard.
      await page.focus('[data-mark="cloudwatch_agent"]');
      await page.keyboard.press("Enter");
      expect(await shown(page, "#fleet tbody th")).toEqual(["factory-eu"]);
      await page.keyboard.press("Space");
      expect(await shown(page, "#fleet tbody th")).toEqual(names);
      expect(said).toEqual([]);
      await page.close();
    });

    test("follows the reader's color scheme, and fits a phone", async () => {
      const ground = (page: Page) => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
      const light = await open("example.html", { width: 390, height: 844 });
      const dark = await open("example.html", { width: 390, height: 844 }, "dark");
      await shoot(light.page, "example-phone");
      await shoot(dark.page, "example-dark");
      expect(await ground(light.page)).toBe("rgb(251, 251, 250)");
      expect(await ground(dark.page)).toBe("rgb(22, 24, 26)");
      expect(await light.page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect([...light.said, ...dark.said]).toEqual([]);
      await Promise.all([light.page.close(), dark.page.close()]);
    });

    test("prints the summary and the open accounts, without controls", async () => {
      const { page } = await open("example.html", { width: 700, height: 1000 });
      expect(await shown(page, ".account > div h3:first-of-type")).toHaveLength(3);
      await page.focus(".account:nth-of-type(2) > summary");
      await page.keyboard.press("Enter");
      await page.emulateMediaType("print");
      await shoot(page, "example-print");
      expect(await shown(page, ".account h2")).toEqual(["datacentre-us", "other-cloud"]);
      expect(await shown(page, "#fleet tbody th")).toEqual(names);
      expect(await shown(page, ".summary h2, .shared h2")).toEqual(["Attention", "In every account"]);
      expect(await shown(page, "#filter, [data-mark=cloudwatch_agent], pre")).toEqual([]);
      expect((await page.pdf({ format: "A4", timeout: 0 })).length).toBeGreaterThan(50_000);
      await page.close();
    });

    test("is readable without scripts", async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.setJavaScriptEnabled(false);
      await page.goto(pathToFileURL(file("example.html")).href);
      expect(await page.$$eval(".account h2", (all) => all.map((one) => one.textContent))).toEqual(names);
      expect(await page.$eval("#controls", (one) => one.checkVisibility())).toBe(false);
      await page.close();
    });

    test("shows the changes since the accepted report, until they are accepted", async () => {
      const boundary = "arn:aws:iam::222222222222:policy/boundary";
      const later = example.replace(
        'id: "222222222222"',
        `id: "222222222222"\n    role: { permissions_boundary: "${boundary}" }`,
      );
      expect(write(example, "changes.html")).toMatch(/: 3 accounts\. This is the first report\. Attention: /);
      const narrower = /: 3 accounts\. 1 changed since the report of [-0-9]+: 1 only narrower\. Attention: /;
      expect(write(later, "changes.html")).toMatch(narrower);
      // The replaced page was not accepted, so the change is still shown.
      expect(write(later, "changes.html")).toMatch(narrower);
      const { page } = await open("changes.html", { width: 1280, height: 900 });
      await page.click('[data-mark="changed"]');
      expect(await shown(page, "#fleet tbody th")).toEqual(["datacentre-us"]);
      const told = ["Added: narrower role.permissions_boundary", "Before", "none", "After", boundary].join("");
      expect(await shown(page, ".account .changes li")).toEqual([told]);
      const color = (selector: string) =>
        page.evaluate(`getComputedStyle(document.querySelector("${selector}")).color`);
      expect(await color(".account .changes .badge")).toBe("rgb(29, 107, 60)");
      await page.close();

      expect(write(later, "changes.html", "--accept")).toMatch(
        /\nAccepted: this report is the baseline of later reports\.\n$/,
      );
      expect(write(later, "changes.html")).toMatch(/ 0 changed since the report of /);
    });

    test("opens an account when its link is clicked", async () => {
      const { page } = await open("example.html", { width: 1280, height: 900 });
      await page.$$eval(".account", (all) => {
        for (const one of all) one.removeAttribute("open");
      });
      await page.click('#fleet a[href="#account-other-cloud"]');
      await page.waitForFunction("document.getElementById('account-other-cloud').parentElement.open");
      expect(await page.$$eval(".account[open]", (all) => all.length)).toBe(1);
      await page.close();
    });
  });

  // bench/report.ts measures the time.
  test("writes a page that opens and filters 1,000 accounts", async () => {
    write(fleets(1000).ours, "fleet.html");
    const { page, said } = await open("fleet.html", { width: 1280, height: 900 });
    await filter(page, "account-77");
    expect(await shown(page, "#count")).toEqual(["11 of 1,000 accounts"]);
    expect(await shown(page, ".account h2")).toHaveLength(11);
    await filter(page, "");
    expect(await shown(page, "#count")).toEqual(["1,000 of 1,000 accounts"]);
    await shoot(page, "fleet");
    expect(said).toEqual([]);
    await page.close();
  });

  test("refuses variables that Terraform would read from the environment, because the page would not show them", () => {
    writeFileSync(file("accounts.yaml"), 'accounts: { a: { id: "111111111111", region: eu-central-1 } }');
    const env = { ACCOUNTS_FILE: file("accounts.yaml"), TF_VAR_policies: "{}" };
    const { status, stderr } = report(env, "--output", file("refused.html"));
    expect({ status, written: existsSync(file("refused.html")) }).toEqual({ status: 1, written: false });
    expect(stderr).toMatch(/^TF_VAR_policies is set in the environment/);
  });

  test("writes nothing for invalid input, and says what to do", () => {
    writeFileSync(file("other.html"), "<p>not ours</p>");
    write("accounts: { a: { id: '111111111111', region: eu-central-1 } }", "kept.html");
    const before = readFileSync(file("kept.html"), "utf8");
    const files = readdirSync(folder);
    const refused = (...args: string[]) => {
      const { status, stderr } = report({ ACCOUNTS_FILE: file("accounts.yaml") }, ...args);
      expect(status).toBe(1);
      expect(stderr).not.toMatch(/^\s+at /m);
      return stderr;
    };
    expect(refused("--output", file("other.html"))).toContain(
      "is not a report, or another version wrote it. Use another",
    );
    expect(refused("--output", file("kept.html"), "--since", file("none.html"))).toContain("none.html is not a report");
    expect(refused("--output", file("kept.html"), "--from", folder)).toContain("it has no manifest.json");
    expect(refused("--form", folder)).toContain("unknown option '--form'");
    writeFileSync(file("accounts.yaml"), "accounts: { a: { id: 1, region: eu-central-1 } }");
    expect(refused("--output", file("kept.html"))).toContain("accounts.yaml:1:22");
    expect(readFileSync(file("kept.html"), "utf8")).toBe(before);
    expect(readFileSync(file("other.html"), "utf8")).toBe("<p>not ours</p>");
    expect(readdirSync(folder)).toEqual(files);
  });
});

/** Writes into the filter, and waits for the next frame. */
async function filter(page: Page, text: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const field = document.getElementById("filter");
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event("input"));
    requestAnimationFrame(() => setTimeout(resolve));
  })`);
}
