import { Command, type OptionValues } from "@commander-js/extra-typings";
import { InvalidInputError } from "../../lib";
import { refuseNpmOptions } from "./environment";
import { signalExitCode } from "./interrupt";
import { Refusal } from "./refusal";
import { MissingTools } from "./tools";

export { InvalidArgumentError, Option } from "@commander-js/extra-typings";
export { Refusal };

/** What `--help` says of a command besides its arguments and options. */
export interface Usage {
  /** What the command does, as sentences. */
  readonly purpose: string;
  /** Exit codes and what each means. @default - 0 for success, 1 for an error */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Calls that a reader can copy, without `npm run`. */
  readonly examples: readonly string[];
}

const EXIT_CODES = { 0: "success", 1: "an error, which is printed" };

/**
 * The command line of an npm script. Add arguments and options to it, and give it to {@link command}.
 * @param name - of the script in package.json
 * @see https://github.com/tj/commander.js
 */
export function commandLine(name: string, { purpose, exitCodes = EXIT_CODES, examples }: Usage): Command {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}`);
  const calls = examples.map((example) => `  npm run ${example}`);
  return new Command(`npm run ${name} --`)
    .description(purpose)
    .helpOption("-h, --help", "print this text and do nothing else")
    .showHelpAfterError(`Run npm run ${name} -- --help for the arguments and options.`)
    .addHelpText("after", ["\nExit codes:", ...codes, "\nExamples:", ...calls].join("\n"));
}

/** An option that may be given several times. */
export function collect(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

/** Commander takes what follows an option for its value, be it the next option. `--option=--value` is still possible. */
function refuseOptionsAsValues(line: Pick<Command, "options" | "error">, args: readonly string[]): void {
  const end = args.indexOf("--");
  for (const [index, arg] of args.slice(0, end < 0 ? undefined : end).entries()) {
    const option = line.options.find(({ long, required }) => required && long === arg);
    const value = args[index + 1];
    if (option && value?.startsWith("--"))
      line.error(`error: option '${option.flags}' argument missing: it is followed by ${value}`);
  }
}

/**
 * Reads the command line and runs a program of this folder. The exit code is that of the signal that stopped it, or the value of `main`,
 * or 1 after an error.
 */
// biome-ignore lint/suspicious/noExplicitAny: the bound that commander's own types have.
export function command<Args extends any[], Options extends OptionValues>(
  line: Command<Args, Options>,
  main: (options: Options, ...args: Args) => Promise<number>,
): void {
  const run = async () => {
    refuseNpmOptions(line.options.map((option) => option.name()));
    // Commander would complain of one required option at a time, and before it complains of one that is misspelt.
    const required = line.options.filter(({ mandatory }) => mandatory);
    for (const option of required) option.mandatory = false;
    refuseOptionsAsValues(line, process.argv.slice(2));
    line.parse();
    const missing = required.filter((option) => line.getOptionValue(option.attributeName()) === undefined);
    if (missing.length > 0) line.error(`error: required: ${missing.map(({ flags }) => flags).join(", ")}`);
    return main(line.opts(), ...line.processedArgs);
  };
  run().then(
    (code) => {
      process.exitCode = signalExitCode() ?? code;
    },
    (error: unknown) => {
      const told = error instanceof Refusal || error instanceof InvalidInputError || error instanceof MissingTools;
      const lacks = error instanceof MissingTools ? "This machine lacks:\n" : "";
      console.error(told ? lacks + error.message : error);
      process.exitCode = signalExitCode() ?? 1;
    },
  );
}
