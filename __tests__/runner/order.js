const Sequencer = require("@jest/test-sequencer").default;

/** The most important suites, in this order. If time runs out, the others are skipped. */
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

/** Runs the suites above first, and the others in Jest's order. */
module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      (FIRST.indexOf(/([^/]+)\.test\.ts$/.exec(path)?.[1]) + FIRST.length + 1) % (FIRST.length + 1);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
