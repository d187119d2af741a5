const { createEmptyTestResult } = require("@jest/test-result");
const circus = require("jest-circus/runner").default;

/**
 * Runs a suite, unless the time is used up that TEST_UNTIL allows, the second of the epoch after which none is begun. A suite that is
 * begun runs to its end: no budget makes one fail.
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
