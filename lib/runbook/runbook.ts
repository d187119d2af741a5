import { accountOf } from "../config/account";
import type { AccountProps } from "../props";
import { activation } from "./activation";
import { awsCliScript } from "./aws-cli";
import { powershellScript } from "./powershell";
import { procedure } from "./procedure";
import type { ActivationRenewal } from "./renewal";

/** Shell of a runbook: the AWS CLI in a POSIX shell, or AWS.Tools in PowerShell. */
export type RunbookShell = "aws-cli" | "powershell";

const SCRIPTS = { "aws-cli": awsCliScript, powershell: powershellScript } satisfies Record<RunbookShell, unknown>;

/** All shells that a runbook can be written for. */
export const RUNBOOK_SHELLS = Object.keys(SCRIPTS) as readonly RunbookShell[];

/**
 * Returns AWS's procedure for one account as a script, for accounts where Terraform is not allowed. The script can run
 * again at any time. It results in the same IAM resources as the account's root module.
 *
 * @param name - the account's name in the file
 * @throws InvalidInputError with every error of the account
 */
export function runbook(name: string, account: AccountProps, shell: RunbookShell = "aws-cli"): string {
  return SCRIPTS[shell](procedure(accountOf(name, account)));
}

/**
 * Returns a script that creates one activation of an account. The script shows the activation's code, which is a
 * secret, only on the terminal. Each run creates a new activation. With `renewal`, the script creates one only if
 * needed, and stores its ID and code in AWS Secrets Manager.
 *
 * @param name - the account's name in the file
 * @param label - label of the entry in `activations`
 * @param renewal - when to create an activation, and the secret for its code. @default - each run creates one and shows
 *   its code
 * @throws InvalidInputError with every error of the account, if it has no such activation, or if that cannot be renewed
 */
export function activationRunbook(
  name: string,
  account: AccountProps,
  label: string,
  shell: RunbookShell = "aws-cli",
  renewal?: ActivationRenewal,
): string {
  return SCRIPTS[shell](activation(accountOf(name, account), label, renewal));
}
