import { accountOf } from "../config/account";
import type { AccountProps } from "../props";
import { activation } from "./activation";
import { awsCliScript } from "./aws-cli";
import { powershellScript } from "./powershell";
import { procedure } from "./procedure";
import type { ActivationRenewal } from "./renewal";

/** What a runbook is written for: the AWS CLI in a POSIX shell, or AWS.Tools in PowerShell. */
export type RunbookShell = "aws-cli" | "powershell";

const SCRIPTS = { "aws-cli": awsCliScript, powershell: powershellScript } satisfies Record<RunbookShell, unknown>;

/** All that a runbook can be written for. */
export const RUNBOOK_SHELLS = Object.keys(SCRIPTS) as readonly RunbookShell[];

/**
 * AWS's procedure for one account as a script that may be run again at any time, for where Terraform may not go. It leaves the
 * same IAM state as the account's Terraform root.
 *
 * @param name - the account's name in the file
 * @throws InvalidInputError with every error of the account
 */
export function runbook(name: string, account: AccountProps, shell: RunbookShell = "aws-cli"): string {
  return SCRIPTS[shell](procedure(accountOf(name, account)));
}

/**
 * A script that makes one activation of an account and shows its code, which is a secret, on the terminal alone. Each run makes
 * a new one. With `renewal`, it makes one only where that is needed, and stores its ID and code in AWS Secrets Manager.
 *
 * @param name - the account's name in the file
 * @param label - of the entry in `activations`
 * @param renewal - when it makes one, and in which secret it stores the code. @default - each run makes one and shows its code
 * @throws InvalidInputError with every error of the account, where it has no such activation, or where the renewal cannot be
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
