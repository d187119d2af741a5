const transform = { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2023" } }] };

/** Unit tests need Node alone; end-to-end tests run real Terraform. */
module.exports = {
  projects: [
    {
      displayName: "unit",
      transform,
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/e2e/"],
    },
    { displayName: "e2e", transform, testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"] },
  ],
  maxWorkers: 2,
  testTimeout: 300_000,
};
