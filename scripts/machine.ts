/** Writes the script with which an operator registers a machine outside AWS, with one activation of an account of the file. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { MACHINE_OSES, machineScript } from "../lib/machine/machine";
import { command, Refusal } from "./support/command";
import { accountNamed, oneOf, printScript } from "./support/script";

const USAGE = `Usage: npm run --silent machine -- --account <name> --activation <label> --os ${MACHINE_OSES.join("|")}
    [--proxy http://<host>:<port>] [--output <file>]
The account is one of accounts.yaml, or of the file in ACCOUNTS_FILE. The script goes to standard output, or to the file. It holds no
secret: on the machine it takes the activation's ID and code from a file, the environment, or the terminal.`;

command(async () => {
  const options = {
    account: { type: "string" },
    activation: { type: "string" },
    os: { type: "string" },
    proxy: { type: "string" },
    output: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { account, activation, os, proxy, output, help } = parseArgs({ options }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const given = { account, activation, os };
  const missing = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []));
  if (account === undefined || activation === undefined || os === undefined) {
    throw new Refusal(`${missing.join(", ")} missing.\n${USAGE}`);
  }
  const system = oneOf("os", MACHINE_OSES, os);
  checkProxy(proxy);
  const text = machineScript(account, accountNamed(account), activation, system, proxy);
  if (output === undefined) printScript("machine", text);
  else writeFileSync(output, text);
  return 0;
});

function checkProxy(proxy: string | undefined): void {
  if (proxy === undefined) return;
  if (/:\/\/.*@/.test(proxy)) {
    throw new Refusal(
      "--proxy has a user or a password, which would be in the script for all to read. Leave --proxy out, and set https_proxy in " +
        "the environment of the script on the machine.",
    );
  }
  if (/^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?\/?$/.test(proxy)) return;
  throw new Refusal(`--proxy ${JSON.stringify(proxy)} must be the URL of a proxy: http://proxy.example.com:3128, say.`);
}
