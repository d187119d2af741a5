import { existsSync, readFileSync } from "node:fs";
import { FEATURES } from "../../lib/features/features";
import { Refusal } from "./refusal";

/** What Terraform takes from the environment and what would then not be what the file says, and what to do instead. */
function refusal(name: string, file: string): string | undefined {
  const feature = FEATURES.find((one) => name === `TF_VAR_${one.name}`);
  if (feature) {
    return `Terraform would take it instead of ${feature.name} in ${file}. Write the entries under ${feature.name} there.`;
  }
  if (name === "TF_WORKSPACE") {
    return "Terraform would keep a second state beside each account's own. The field state says where a state file is kept.";
  }
  if (name === "TF_DATA_DIR") {
    return "all accounts would share one folder of Terraform's, which knows one backend. Each root has a folder .terraform of its own.";
  }
  if (name === "PLAN_ROLE") {
    return "the root modules would assume the read-only role, which applies nothing. It is for npm run synth in a pipeline's plan job.";
  }
  if (/^TF_CLI_ARGS(_|$)/.test(name)) {
    return `it would change every call of Terraform. Write what you need into ${file}, such as the fields of state, or as an option.`;
  }
  return undefined;
}

/**
 * Refuses environment variables with which Terraform would do something else than the file says.
 * @throws Refusal naming each of them
 * @see https://developer.hashicorp.com/terraform/cli/config/environment-variables
 */
export function refuseVariables(file: string, env: Readonly<NodeJS.ProcessEnv> = process.env): void {
  const told = Object.keys(env)
    .filter((name) => env[name])
    .flatMap((name) => {
      const why = refusal(name, file);
      return why ? [`${name} is set in the environment: ${why}`] : [];
    });
  if (told.length === 0) return;
  throw new Refusal(
    [...told, "Unset these variables (unset <name>) and run the command again. Nothing was done."].join("\n"),
  );
}

/**
 * Refuses options that npm took for itself: `npm run deploy --yes` gives `deploy` nothing, and sets `npm_config_yes`.
 * @param options - names of the command's own options
 * @param args - what the command was given
 * @throws Refusal with the right spelling
 * @see https://docs.npmjs.com/cli/v11/commands/npm-run
 */
export function refuseNpmOptions(
  options: readonly string[],
  args: readonly string[] = process.argv.slice(2),
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): void {
  const command = env.npm_lifecycle_event;
  if (command === undefined) return;
  const arrived = (name: string) => args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const taken = [...options, "dry-run"].filter(
    (name) => env[`npm_config_${name.replaceAll("-", "_")}`] !== undefined && !arrived(name) && !inNpmrc(name, env),
  );
  if (taken.length === 0) return;
  const flags = taken.map((name) => `--${name}`);
  const own = flags.filter((flag) => flag !== "--dry-run").join(" ");
  const plan = taken.includes("dry-run") ? " To change nothing: npm run plan." : "";
  throw new Refusal(
    `npm took ${flags.join(" and ")} for itself, so that ${command} did not get it. Write -- before the options of ${command}: ` +
      `npm run ${command} -- ${own}`.trimEnd() +
      `.${plan} Nothing was done.`,
  );
}

/** Whether a person has set an option of npm's for good, and did not mean this command. */
function inNpmrc(name: string, env: Readonly<NodeJS.ProcessEnv>): boolean {
  const files = [env.npm_config_userconfig, env.npm_config_globalconfig, ".npmrc"];
  return files.some(
    (file) => file && existsSync(file) && new RegExp(`^\\s*${name}\\s*(=|$)`, "m").test(readFileSync(file, "utf8")),
  );
}
