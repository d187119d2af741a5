const { createEmptyTestResult } = require("@jest/test-result");
const circus = require("jest-circus/runner").default;

/**
 * Runs a suite, unless TEST_UNTIL has passed. TEST_UNTIL is a time in epoch seconds after which no suite starts. A suite that has started
 * runs to its end: the time limit never makes one fail.
 */
module.exports = async (...args) => {
  const testFilePath = args[4];
  const until = Number(process.env.TEST_UNTIL || Number.POSITIVE_INFINITY);
  if (Date.now() / 1000 < until) return circus(...args);
  const title = "the time of the run is used up";
  const skipped = {
    ancestorTitles: [],
    title,
    fullName: title,
    status: "pending",
    failureMessages: [],
    numPassingAsserts: 0,
  };
  return { ...createEmptyTestResult(), testFilePath, numPendingTests: 1, testResults: [skipped] };
};
