import { Command, type OptionValues } from "@commander-js/extra-typings";
import { InvalidInputError } from "../../lib";
import { refuseNpmOptions } from "./environment";
import { signalExitCode } from "./interrupt";
import { Refusal } from "./refusal";
import { MissingTools } from "./tools";

export { InvalidArgumentError, Option } from "@commander-js/extra-typings";
export { Refusal };

/** The parts of `--help` other than the arguments and options. */
export interface Usage {
  /** Purpose of the command, in full sentences. */
  readonly purpose: string;
  /** Meaning of each exit code. @default - 0 for success, 1 for an error */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Example calls, without `npm run`. */
  readonly examples: readonly string[];
}

const EXIT_CODES = { 0: "success", 1: "an error, which is printed" };

/**
 * Creates the command line of an npm script. Add arguments and options, and pass it to {@link command}.
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

/** Parser of a repeatable option. */
export function collect(value: string, values: readonly string[] = []): string[] {
  return [...values, value];
}

/** Refuses an option as another option's value, which Commander accepts. `--option=--value` is still possible. */
function refuseOptionsAsValues(line: Pick<Command, "options" | "error">, args: readonly string[]): void {
  const end = args.indexOf("--");
  for (const [index, arg] of args.slice(0, end < 0 ? undefined : end).entries()) {
    const option = line.options.find(({ long, required }) => required && long === arg);
    const value = args[index + 1];
    if (option && value?.startsWith("--"))
      line.error(`error: option '${option.flags}' argument missing before ${value}`);
  }
}

/**
 * Parses the command line and runs a command. The exit code is that of a signal, the value of `main`, or 1 after an error.
 */
// biome-ignore lint/suspicious/noExplicitAny: Commander's own types have this bound.
export function command<Args extends any[], Options extends OptionValues>(
  line: Command<Args, Options>,
  main: (options: Options, ...args: Args) => Promise<number>,
): void {
  const run = async () => {
    refuseNpmOptions(line.options.map((option) => option.name()));
    // Commander reports one missing option at a time, and reports it before a misspelled one.
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
