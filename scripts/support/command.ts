import { InvalidInputError } from "../../lib";
import { signalExitCode } from "./interrupt";
import { MissingTools } from "./tools";

/** Something that the person who called must mend: told without a stack trace. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Runs a program of this folder; its exit code is that of a signal that stopped it, or what `main` gives, or 1 where it fails. */
export function command(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = signalExitCode() ?? code;
    },
    (error: unknown) => {
      const told = error instanceof Refusal || error instanceof InvalidInputError || error instanceof MissingTools;
      // What `parseArgs` of Node says of an unknown option is for the caller too.
      const usage = String((error as NodeJS.ErrnoException)?.code).startsWith("ERR_PARSE_ARGS");
      const lacks = error instanceof MissingTools ? "This machine lacks:\n" : "";
      console.error(told || usage ? lacks + (error as Error).message : error);
      process.exitCode = signalExitCode() ?? 1;
    },
  );
}
