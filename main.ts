import { App } from "cdktf";
import { loadFleet } from "./lib/config/fleet";
import { InvalidInputError } from "./lib/input/errors";
import { AccountStack } from "./lib/stacks/account-stack";

try {
  // The file is read before the App exists: bad input leaves cdktf.out as it was.
  const fleet = loadFleet(process.env.ACCOUNTS_FILE || "accounts.yaml");
  const app = new App({ stackTraces: false });
  for (const [name, account] of fleet) new AccountStack(app, name, account);
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
