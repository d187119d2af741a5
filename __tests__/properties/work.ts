import { Session } from "node:inspector";

/**
 * How much work a function does, whatever the machine: how often V8 ran each function and each block of code meanwhile. What
 * built-in functions and regular expressions do inside counts as one call.
 */
export function workOf(work: () => void): number {
  const session = new Session();
  session.connect();
  // With a callback, and yet at once: the session is of this very thread.
  const ask = (method: string, parameters: object = {}): Taken => {
    let answer: Taken | undefined;
    session.post(method, parameters, (error, result) => {
      if (error) throw error;
      answer = result as Taken;
    });
    return answer ?? { result: [] };
  };
  try {
    ask("Profiler.enable");
    ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    work();
    const { result } = ask("Profiler.takePreciseCoverage");
    return result
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
      .reduce((sum, count) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}

interface Taken {
  readonly result: readonly {
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}
