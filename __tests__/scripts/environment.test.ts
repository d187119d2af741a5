import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FEATURES } from "../../lib/features/features";
import { refuseNpmOptions, refuseVariables } from "../../scripts/support/environment";

/** Names of the module's variables, as Terraform reads them. */
const VARIABLES = Object.keys(
  JSON.parse(readFileSync(join(__dirname, "../../modules/ssm-hybrid-service-role/variables.tf.json"), "utf8")).variable,
);

describe("refuseVariables", () => {
  test.each([
    ["TF_WORKSPACE", "another state"],
    ["TF_DATA_DIR", "one data directory"],
    ["PLAN_ROLE", "the read-only role, which cannot apply"],
    ["TF_CLI_ARGS", "every Terraform command"],
    ["TF_CLI_ARGS_plan", "every Terraform command"],
    ["TF_VAR_policies", "override policies in accounts.yaml"],
    ["TF_VAR_user_access", "override user_access in accounts.yaml"],
  ])("refuses %s with the reason", (name, reason) => {
    expect(() => refuseVariables("accounts.yaml", { [name]: "x" })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(`^${name} is set.*${reason}`)) }),
    );
  });

  test("refuses each variable that root modules and the module have in common", () => {
    for (const { name } of FEATURES) {
      expect(VARIABLES).toContain(name);
      expect(() => refuseVariables("accounts.yaml", { [`TF_VAR_${name}`]: "{}" })).toThrow(`TF_VAR_${name}`);
    }
  });

  test("lists all variables at once, and allows empty ones and those that Terraform needs", () => {
    const both = { TF_WORKSPACE: "x", TF_CLI_ARGS_init: "-upgrade", TF_DATA_DIR: "" };
    expect(() => refuseVariables("accounts.yaml", both)).toThrow(/TF_WORKSPACE[\s\S]*TF_CLI_ARGS_init/);
    const fine = { TF_CLI_CONFIG_FILE: "x", TF_PLUGIN_CACHE_DIR: "x", TF_HTTP_PASSWORD: "x", TF_VAR_other: "x" };
    expect(() => refuseVariables("accounts.yaml", fine)).not.toThrow();
  });
});

describe("refuseNpmOptions", () => {
  const OPTIONS = ["yes", "replace-role", "lock-timeout"];
  test.each([
    [{ npm_config_yes: "true" }, "npm run deploy -- --yes"],
    [{ npm_config_dry_run: "true" }, "To change nothing: npm run plan."],
    [{ npm_config_replace_role: "true", npm_config_yes: "true" }, "npm run deploy -- --yes --replace-role"],
  ])("throws for %j: %s", (env, told) => {
    expect(() => refuseNpmOptions(OPTIONS, [], { npm_lifecycle_event: "deploy", ...env })).toThrow(told);
  });

  test("allows options that arrived or are in .npmrc, settings of other programs, and calls without npm", () => {
    const env = { npm_lifecycle_event: "deploy", npm_config_yes: "true" };
    expect(() => refuseNpmOptions(OPTIONS, ["--yes"], env)).not.toThrow();
    expect(() => refuseNpmOptions(OPTIONS, [], { ...env, npm_lifecycle_event: undefined })).not.toThrow();
    expect(() =>
      refuseNpmOptions(OPTIONS, [], { npm_lifecycle_event: "deploy", npm_config_registry: "x" }),
    ).not.toThrow();
    const folder = mkdtempSync(join(tmpdir(), "npmrc-"));
    writeFileSync(join(folder, "npmrc"), "fund=false\nyes = true\n");
    expect(() => refuseNpmOptions(OPTIONS, [], { ...env, npm_config_userconfig: join(folder, "npmrc") })).not.toThrow();
    rmSync(folder, { recursive: true });
  });
});
