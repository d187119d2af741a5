const { existsSync, readFileSync, readdirSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

/**
 * Ends a run with a list of skipped tests and reasons, and with one line of counts. If TEST_SUMMARY is set to a file, all runs that share
 * the file are counted together: each adds its counts, and prints the sum.
 */
module.exports = class {
  constructor(globalConfig) {
    this.root = globalConfig.rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    const file = process.env.TEST_SUMMARY;
    const sum =
      file && existsSync(file)
        ? JSON.parse(readFileSync(file, "utf8"))
        : { passed: 0, failed: 0, skipped: {}, ran: [] };
    for (const { testFilePath, testExecError, testResults: tests } of testResults) {
      const suite = relative(this.root, testFilePath);
      sum.ran.push(suite);
      const of = (status) => tests.filter((test) => test.status === status);
      sum.passed += of("passed").length;
      sum.failed += of("failed").length + (testExecError ? 1 : 0);
      const reasons = of("pending").map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(": "));
      if (reasons.length > 0) sum.skipped[suite] = reasons;
    }
    const skipped = Object.entries(sum.skipped);
    const all = readdirSync(join(this.root, "__tests__"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join("__tests__", name));
    const others = all.filter((name) => !sum.ran.includes(name)).sort();
    const lines = skipped.map(([suite, reasons]) => `- ${suite}: ${reasons.join("; ")}`);
    // Do not report the others if the user runs only a few suites.
    if (others.length > 0 && sum.ran.length > 10) {
      lines.push(
        `- not part of this run, but of npm run test:full: ${others.map((name) => name.replace("__tests__/", "")).join(", ")}`,
      );
    }
    const count = skipped.reduce((total, [, reasons]) => total + reasons.length, 0);
    const list = lines.length > 0 ? `Skipped:\n${lines.join("\n")}\n\n` : "";
    const text = `\n${list}${sum.passed} passed, ${sum.failed} failed, ${count} skipped`;
    console.log(text);
    if (file) writeFileSync(file, JSON.stringify({ ...sum, text }));
  }
};
