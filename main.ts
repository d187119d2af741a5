import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { loadFleet } from "./lib/config/fleet";
import { InvalidInputError } from "./lib/input/errors";
import { AccountStack } from "./lib/stacks/account-stack";
import { keepRoots } from "./lib/stacks/kept-roots";
import { LOCK_FILE } from "./lib/terraform/versions";

try {
  // The file is read before the App exists: bad input leaves cdktf.out as it was.
  const fleet = loadFleet(process.env.ACCOUNTS_FILE || "accounts.yaml");
  const app = new App({ stackTraces: false });
  if (process.env.CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS) keepRoots(app.outdir, fleet.keys());
  for (const [name, account] of fleet) new AccountStack(app, name, account);
  app.synth();
  if (existsSync(LOCK_FILE)) {
    for (const name of fleet.keys()) copyFileSync(LOCK_FILE, join(app.outdir, "stacks", name, LOCK_FILE));
  }
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
