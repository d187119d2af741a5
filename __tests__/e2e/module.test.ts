import { cpSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../scripts/support/lab";
import { describeInLab } from "./support";

const MODULE = join(REPOSITORY, "modules/ssm-hybrid-service-role");

describeInLab("the Terraform module", (lab) => {
  test("passes its own tests, which mock the provider", async () => {
    const folder = lab().directory("module");
    cpSync(MODULE, folder, { recursive: true });
    await lab().mustTerraform(folder, "init", "-input=false");
    const { code, output } = await lab().terraform(folder, "test", "-no-color");
    if (code !== 0) throw new Error(output);
    // Terraform also succeeds if it finds no tests.
    expect(output).toMatch(/Success! [1-9]\d* passed, 0 failed/);
  });

  test("has formatted tests", async () => {
    expect(await lab().terraform(MODULE, "fmt", "-check", "-recursive")).toMatchObject({ code: 0, output: "" });
  });
});
