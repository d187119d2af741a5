/** Prints the deploy role and the read-only role for plans, as a CloudFormation template or as Terraform. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readAccounts } from "../lib/config/fleet";
import { deployRoles, NoTemplate } from "../lib/deploy-role/deploy-roles";
import { FORMATS, type Format, template } from "../lib/deploy-role/templates";
import { TRUST_PATTERNS, type Trust } from "../lib/deploy-role/trust";
import { chosen } from "./support/accounts";
import { command, Refusal } from "./support/command";
import { ACCOUNTS_FILE } from "./support/roots";

const USAGE = `Usage: npm run --silent deploy-role -- [account ...] <who> [--format ${FORMATS.join("|")}] [--output <file>]
Who assumes the roles, at least one of:
  --trust <account id|ARN>          assumes the deploy role; without --trust-plan also the read-only role
  --trust-plan <account id|ARN>     assumes the read-only role
  --github <owner>/<repository>     jobs with the environment production, or plan; owner@id/repository@id where GitHub adds ids
  --gitlab <host>/<group>/<project> jobs on the branch main; on every branch for the read-only role`;

const OPTIONS = {
  trust: { type: "string" },
  "trust-plan": { type: "string" },
  github: { type: "string" },
  gitlab: { type: "string" },
  format: { type: "string", default: "cloudformation" },
  output: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

command(async () => {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { format, output } = values;
  if (!isFormat(format)) throw new Refusal(`--format ${format} must be ${FORMATS.join(" or ")}.`);
  const accounts = chosen(readAccounts(ACCOUNTS_FILE), positionals, ACCOUNTS_FILE);
  const text = template(roles(accounts, trustOf(values)), format);
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
  return 0;
});

function isFormat(name: string): name is Format {
  return (FORMATS as readonly string[]).includes(name);
}

function roles(...args: Parameters<typeof deployRoles>) {
  try {
    return deployRoles(...args);
  } catch (error) {
    throw error instanceof NoTemplate ? new Refusal(error.message) : error;
  }
}

function trustOf(values: Readonly<Partial<Record<"trust" | "trust-plan" | "github" | "gitlab", string>>>): Trust {
  const { trust: deploy, "trust-plan": plan, github, gitlab } = values;
  if (deploy === undefined && github === undefined && gitlab === undefined) {
    throw new Refusal(`--trust, --github or --gitlab is required.\n${USAGE}`);
  }
  const checks = [
    ["trust", deploy, TRUST_PATTERNS.principal],
    ["trust-plan", plan, TRUST_PATTERNS.principal],
    ["github", github, TRUST_PATTERNS.github],
    ["gitlab", gitlab, TRUST_PATTERNS.gitlab],
  ] as const;
  for (const [option, value, pattern] of checks) {
    if (value !== undefined && !pattern.test(value))
      throw new Refusal(`--${option} ${value} has another form.\n${USAGE}`);
  }
  return { deploy, plan, github, gitlab };
}
