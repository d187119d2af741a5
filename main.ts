import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { loadFleet } from "./lib/config/fleet";
import type { FleetAccount } from "./lib/config/schema";
import { forPlans } from "./lib/deploy-role/plan-role";
import { InvalidInputError } from "./lib/input/errors";
import { AccountStack } from "./lib/stacks/account-stack";
import { keepRoots } from "./lib/stacks/kept-roots";
import { LOCK_FILE } from "./lib/terraform/versions";

try {
  // Read the file before the App exists: invalid input leaves cdktf.out unchanged.
  const fleet = loadFleet(process.env.ACCOUNTS_FILE || "accounts.yaml");
  for (const notice of fleet.notices) console.error(`${notice}\n`);
  const app = new App({ stackTraces: false });
  if (process.env.CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS) keepRoots(app.outdir, fleet.keys());
  // For a pipeline's plan of a pull request, the root modules assume the read-only role.
  const props = process.env.PLAN_ROLE ? forPlans : (account: FleetAccount) => account;
  for (const [name, account] of fleet) new AccountStack(app, name, props(account));
  app.synth();
  if (existsSync(LOCK_FILE)) {
    for (const name of fleet.keys()) copyFileSync(LOCK_FILE, join(app.outdir, "stacks", name, LOCK_FILE));
  }
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
