import { dnsSuffixes } from "../aws/partitions";
import { accountOf } from "../config/account";
import type { AccountProps } from "../props";
import { activationOf } from "../runbook/activation";
import { linuxScript } from "./linux";
import type { Machine } from "./script";
import { windowsScript } from "./windows";

const SCRIPTS = { linux: linuxScript, windows: windowsScript } satisfies Record<string, (machine: Machine) => string>;

/** The operating system of a machine outside AWS. */
export type MachineOs = keyof typeof SCRIPTS;

/** Operating systems that a script can be written for. */
export const MACHINE_OSES = Object.keys(SCRIPTS) as readonly MachineOs[];

/**
 * Returns the script that registers a machine outside AWS as a managed node of Systems Manager, with one activation of
 * an account. The script contains no secret. It can run again: it does not change a registered machine.
 *
 * @param name - the account's name in the file
 * @param label - label of the entry in `activations`
 * @param proxy - URL of the HTTP proxy of SSM Agent, without credentials
 * @throws InvalidInputError with every error of the account, or if it has no such activation
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-ssm-agent-install-linux.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-ssm-agent-install-windows.html
 */
export function machineScript(
  name: string,
  props: AccountProps,
  label: string,
  os: MachineOs,
  proxy: string | undefined,
): string {
  const account = accountOf(name, props);
  const { partition, accountId } = account.serviceRole.identity;
  const { region } = activationOf(account, label);
  return SCRIPTS[os]({
    preface: [
      `Registers this machine with AWS Systems Manager in ${region}, with the activation ${label} of the account ${name} (${accountId}).`,
      "You can run it again: it does not change a registered machine.",
      "",
      "It reads the activation's ID and code from the file in its only argument: the output of the activation's runbook. Only the",
      "file's owner may have access to it. Without a file, it reads the environment variables SSM_ACTIVATION_ID and",
      "SSM_ACTIVATION_CODE. If these are not set, it asks.",
      "AWS's setup program accepts the code only as an argument. While it runs, for seconds, any user who can list this machine's",
      "processes can see the code.",
    ],
    region,
    // The last suffix is the partition's own: amazonaws.com.cn in China.
    source: `https://amazon-ssm-${region}.s3.${region}.${dnsSuffixes(partition).at(-1)}/latest`,
    proxy,
  });
}
