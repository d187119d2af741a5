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

/** All that a machine's script can be written for. */
export const MACHINE_OSES = Object.keys(SCRIPTS) as readonly MachineOs[];

/**
 * The script that registers a machine outside AWS as a managed node of Systems Manager, with one activation of an account. It holds no
 * secret, and may be run again: a machine that is registered stays as it is.
 *
 * @param name - the account's name in the file
 * @param label - of the entry in `activations`
 * @param proxy - URL of the HTTP proxy of SSM Agent, without credentials
 * @throws InvalidInputError with every error of the account, or where it has no such activation
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
      "It may be run again: a machine that is registered stays as it is.",
      "",
      "The activation's ID and code come from the file named as the only argument, which its owner alone may read; else from the",
      "environment, SSM_ACTIVATION_ID and SSM_ACTIVATION_CODE; else it asks. The file has what the runbook of the activation printed.",
      "AWS's setup program takes the code as an argument and in no other way: for the seconds in which it runs, who may list this",
      "machine's processes sees it.",
    ],
    region,
    // The partition's own suffix is the last: amazonaws.com.cn in China.
    source: `https://amazon-ssm-${region}.s3.${region}.${dnsSuffixes(partition).at(-1)}/latest`,
    proxy,
  });
}
