import { MACHINE_OSES, machineScript } from "../lib/machine/machine";
import { command, commandLine, Option, Refusal } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";
import { accountNamed, OUTPUT, printText } from "./support/script";

const line = commandLine("machine", {
  purpose:
    "Prints a script that registers a machine outside AWS. The script contains no secret: on the machine it reads the activation id and code from a file, the environment or the terminal (docs/machine.md).",
  examples: [
    "machine -- --account factory-eu --activation line-1 --os linux --output machine.sh",
    "machine -- --account factory-eu --activation line-1 --os windows --proxy http://proxy.example.com:3128 --output machine.ps1",
  ],
})
  .requiredOption("--account <name>", `an account of ${ACCOUNTS_FILE}; required`)
  .requiredOption("--activation <label>", "an activation of the account; required")
  .addOption(
    new Option("--os <os>", "operating system of the machine; required").choices(MACHINE_OSES).makeOptionMandatory(),
  )
  .option("--proxy <url>", "the proxy between the machine and AWS, without user and password")
  .option(...OUTPUT);

command(line, async ({ account, activation, os, proxy, output }) => {
  checkProxy(proxy);
  printText("machine", machineScript(account, accountNamed(account), activation, os, proxy), output);
  return 0;
});

function checkProxy(proxy: string | undefined): void {
  if (proxy === undefined) return;
  if (/:\/\/.*@/.test(proxy)) {
    throw new Refusal(
      "--proxy contains a user or a password, and everyone who reads the script would see it. Remove --proxy, and set https_proxy in " +
        "the environment of the script on the machine.",
    );
  }
  if (/^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?\/?$/.test(proxy)) return;
  throw new Refusal(
    `--proxy ${JSON.stringify(proxy)} must be the URL of a proxy, for example http://proxy.example.com:3128.`,
  );
}
