import { readAccounts } from "../lib/config/fleet";
import { deployRoles, NoTemplate } from "../lib/deploy-role/deploy-roles";
import { FORMATS, template } from "../lib/deploy-role/templates";
import { TRUST_FORMS, TRUST_PATTERNS } from "../lib/deploy-role/trust";
import { ACCOUNT_NAMES, chosen } from "./support/accounts";
import { command, commandLine, InvalidArgumentError, Option, Refusal } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";
import { OUTPUT, printText } from "./support/script";

const line = commandLine("deploy-role", {
  purpose:
    "Prints the deploy role of the accounts, and the read-only role for plans, as a CloudFormation template or a Terraform module (docs/deploy-role.md). At least one of --trust, --github and --gitlab is required.",
  examples: [
    "deploy-role -- --trust 999999999999 --output deploy-role.json",
    "deploy-role -- factory-eu --github example/infrastructure --format terraform --output deploy-role.tf.json",
  ],
})
  .argument(...ACCOUNT_NAMES)
  .option(
    "--trust <principal>",
    "account id or ARN that may assume the deploy role and, without --trust-plan, the read-only role",
    of("principal"),
  )
  .option("--trust-plan <principal>", "account id or ARN that may assume the read-only role", of("principal"))
  .option(
    "--github <owner/repository>",
    "jobs of this repository: environment production for the deploy role, plan for the read-only role; owner@id/repository@id if GitHub adds ids",
    of("github"),
  )
  .option(
    "--gitlab <host/group/project>",
    "jobs of this project: branch main for the deploy role, every branch for the read-only role",
    of("gitlab"),
  )
  .addOption(
    new Option("--format <format>", "format of the template").choices(FORMATS).default("cloudformation" as const),
  )
  .option(...OUTPUT);

command(line, async ({ format, output, trust: deploy, trustPlan: plan, github, gitlab }, names) => {
  if (deploy === undefined && github === undefined && gitlab === undefined) {
    throw new Refusal("--trust, --github or --gitlab is required: it specifies who may assume the roles.");
  }
  const accounts = chosen(readAccounts(ACCOUNTS_FILE), names, ACCOUNTS_FILE);
  printText("deploy-role", template(roles(accounts, { deploy, plan, github, gitlab }), format), output);
  return 0;
});

/** Checks that a principal or repository has a form that IAM and OIDC accept. */
function of(kind: keyof typeof TRUST_PATTERNS) {
  return (value: string) => {
    if (TRUST_PATTERNS[kind].test(value)) return value;
    throw new InvalidArgumentError(`It must have the form of ${TRUST_FORMS[kind]}.`);
  };
}

function roles(...args: Parameters<typeof deployRoles>) {
  try {
    return deployRoles(...args);
  } catch (error) {
    throw error instanceof NoTemplate ? new Refusal(error.message) : error;
  }
}
