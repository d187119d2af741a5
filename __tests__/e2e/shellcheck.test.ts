import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { activationRunbook, runbook } from "../../lib/runbook/runbook";
import { REPOSITORY } from "../../scripts/support/lab";
import { findTools } from "../../scripts/support/tools";
import { CHINA, FULL } from "../runbook/support";
import { describeWithTools } from "./support";

const file = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

// machine.test.ts checks the script that registers a Linux machine.
describeWithTools("ShellCheck", ["shellcheck"], () => {
  const { shellcheck } = findTools("shellcheck");

  test.each([
    ["the runbook of an account with everything", runbook("a", FULL)],
    ["the runbook of the smallest account", runbook("a", CHINA)],
    ["the script of an activation", activationRunbook("a", FULL, "1.fleet")],
    [".ci/run", file(".ci/run")],
    ["the example pipeline", file("examples/existing-pipeline/pipeline.sh")],
  ])("finds nothing in %s", (_, script) => {
    const { status, stdout, stderr } = spawnSync(shellcheck, ["--norc", "-"], { input: script, encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
