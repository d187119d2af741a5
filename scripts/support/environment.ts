import { existsSync, readFileSync } from "node:fs";
import { FEATURES } from "../../lib/features/features";
import { Refusal } from "./refusal";

/** Environment variables that would override the file, and what to do instead. */
function refusal(name: string, file: string): string | undefined {
  const feature = FEATURES.find((one) => name === `TF_VAR_${one.name}`);
  if (feature) {
    return `it would override ${feature.name} in ${file}. Write the entries under ${feature.name} there.`;
  }
  if (name === "TF_WORKSPACE") {
    return "Terraform would use another workspace, with another state. The field state specifies the location of the state file.";
  }
  if (name === "TF_DATA_DIR") {
    return "all accounts would share one data directory, which supports only one backend. Each root module has its own folder .terraform.";
  }
  if (name === "PLAN_ROLE") {
    return "the root modules would assume the read-only role, which cannot apply. It is for npm run synth in the plan job of a pipeline.";
  }
  if (/^TF_CLI_ARGS(_|$)/.test(name)) {
    return `it would change every Terraform command. Use the fields in ${file}, such as those of state, or an option of this command.`;
  }
  return undefined;
}

/**
 * Refuses environment variables that would make Terraform differ from the file.
 * @throws Refusal that lists the variables
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
 * Refuses options that npm consumed: `npm run deploy --yes` passes nothing to `deploy`, and sets `npm_config_yes`.
 * @param options - names of the command's own options
 * @param args - arguments that the command received
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
    `npm consumed ${flags.join(" and ")}, so ${command} did not receive it. Write -- before the options of ${command}: ` +
      `npm run ${command} -- ${own}`.trimEnd() +
      `.${plan} Nothing was done.`,
  );
}

/** Whether an npm option comes from the user's npm configuration and not from this command line. */
function inNpmrc(name: string, env: Readonly<NodeJS.ProcessEnv>): boolean {
  const files = [env.npm_config_userconfig, env.npm_config_globalconfig, ".npmrc"];
  return files.some(
    (file) => file && existsSync(file) && new RegExp(`^\\s*${name}\\s*(=|$)`, "m").test(readFileSync(file, "utf8")),
  );
}
