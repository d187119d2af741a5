import fc from "fast-check";
import { FULL } from "../full";
import { expectNoPollution } from "./hostile";

/** Numbers of inputs. */
export interface Cases {
  /** Number in `npm test`, which always uses the same inputs. */
  readonly sample: number;
  /** Number in `npm run test:full`, which uses new inputs each time. */
  readonly full: number;
}

/**
 * Expects that something holds for any input. A failure reports the smallest input found, and the seed. Set the environment variable
 * SEED to it to generate the same inputs again.
 */
export function holdsFor<Input>(input: fc.Arbitrary<Input>, { sample, full }: Cases, holds: (input: Input) => void) {
  const seed = Number(process.env.SEED ?? (FULL ? Date.now() % 2 ** 31 : 1));
  fc.assert(
    fc.property(input, (value) => {
      holds(value);
      expectNoPollution();
    }),
    { seed, numRuns: FULL ? full : sample },
  );
}
