const Sequencer = require("@jest/test-sequencer").default;

/** The suites whose questions weigh most, in that order; where time runs out, the others are left out. */
const FIRST = [
  "smoke",
  "runbook",
  "iam-truth",
  "expressions",
  "root",
  "fleet",
  "agree",
  "activations",
  "deploy",
  "identity",
  "signals",
  "secrets",
];

/** Runs the suites above first, the rest as Jest would. */
module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      (FIRST.indexOf(/([^/]+)\.test\.ts$/.exec(path)?.[1]) + FIRST.length + 1) % (FIRST.length + 1);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
