const transform = { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2023" } }] };
const project = { transform, testRunner: "<rootDir>/__tests__/runner/budget.js" };

/** The end-to-end suites of `npm test`. */
const SMOKE = ["smoke", "module", "report"].map((name) => `<rootDir>/__tests__/e2e/${name}.test.ts`);

/** Unit tests need only Node.js. The others run real Terraform. */
module.exports = {
  projects: [
    {
      ...project,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/e2e/"],
    },
    { ...project, displayName: "smoke", testMatch: SMOKE },
    {
      ...project,
      displayName: "e2e",
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      testPathIgnorePatterns: SMOKE,
    },
  ],
  maxWorkers: 2,
  // Ten programs, a minute for each. A test that runs more sets its own limit (`programs` of __tests__/e2e/support.ts).
  testTimeout: 11 * 60_000,
  testSequencer: "<rootDir>/__tests__/runner/order.js",
  reporters: ["default", "<rootDir>/__tests__/runner/summary.js"],
};
