import fc from "fast-check";
import { AccountStack } from "../../lib";
import { FULL } from "../full";
import { validAccount } from "../properties/fleet";
import { readText } from "../properties/support";
import { synthText } from "../support";
import { describeInLab, programs } from "./support";

/** Number of root modules that Terraform checks. Each takes two seconds. */
const ROOTS = FULL ? 100 : 3;

describeInLab("hostile input", (lab) => {
  test(
    "becomes valid Terraform if it is accepted",
    async () => {
      const seed = FULL ? Date.now() % 2 ** 31 : 1;
      const accounts = fc.sample(validAccount, { numRuns: 20 * ROOTS, seed }).flatMap((fields) => {
        const fleet = readText(JSON.stringify({ accounts: { a: fields } }));
        return fleet instanceof Map ? [fleet.get("a")] : [];
      });
      expect(accounts.length).toBeGreaterThanOrEqual(ROOTS);
      for (const account of accounts.slice(0, ROOTS)) {
        const text = synthText("a", (app) => new AccountStack(app, "a", account));
        lab().file("root/cdk.tf.json", text);
        const root = lab().directory("root");
        // All use the same provider. The backends are not contacted.
        if (account === accounts[0]) await lab().mustTerraform(root, "init", "-backend=false", "-input=false");
        const { code, output } = await lab().terraform(root, "validate", "-no-color");
        expect({ seed, text: code === 0 ? "" : text, output }).toEqual({
          seed,
          text: "",
          output: expect.stringContaining("Success!"),
        });
      }
    },
    programs(ROOTS + 1),
  );
});
