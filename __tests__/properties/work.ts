import { Session } from "node:inspector";

interface Taken {
  readonly result: readonly {
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

const session = new Session();

/** Asks V8's profiler; it answers at once, since the session is of this very thread. */
function ask(method: string, parameters: object = {}): Taken {
  let answer: Taken | undefined;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result as Taken;
  });
  return answer ?? { result: [] };
}

// Once and for the whole file: code that V8 optimized between two sessions would not be counted.
beforeAll(() => {
  session.connect();
  ask("Profiler.enable");
  ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
});
afterAll(() => session.disconnect());

/**
 * How much work a function does, whatever the machine: how often V8 ran each function and each block of code meanwhile. What
 * built-in functions and regular expressions do inside counts as one call.
 */
export function workOf(work: () => void): number {
  // What ran before counts for nothing.
  ask("Profiler.takePreciseCoverage");
  work();
  const { result } = ask("Profiler.takePreciseCoverage");
  return result
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
    .reduce((sum, count) => sum + count, 0);
}
