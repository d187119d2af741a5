import { Session } from "node:inspector";

interface Taken {
  readonly result: readonly {
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

const session = new Session();

/** Sends a request to V8's profiler. The answer is synchronous, because the session belongs to the same thread. */
function ask(method: string, parameters: object = {}): Taken {
  let answer: Taken | undefined;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result as Taken;
  });
  return answer ?? { result: [] };
}

// One session for the whole file: code that V8 optimizes between two sessions would not be counted.
beforeAll(() => {
  session.connect();
  ask("Profiler.enable");
  ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
});
afterAll(() => session.disconnect());

/**
 * Returns the work of a function, independent of the machine: how often V8 ran each function and each block of code. A call of a
 * built-in function or a regular expression counts as one.
 */
export function workOf(work: () => void): number {
  // Discard the counts from before.
  ask("Profiler.takePreciseCoverage");
  work();
  const { result } = ask("Profiler.takePreciseCoverage");
  return result
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
    .reduce((sum, count) => sum + count, 0);
}
