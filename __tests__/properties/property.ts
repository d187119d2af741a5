import fc from "fast-check";
import { FULL } from "../full";
import { expectNoPollution } from "./hostile";

/** How many inputs are tried. */
export interface Cases {
  /** In `npm test`: always the same ones. */
  readonly sample: number;
  /** In `npm run test:full`: new ones each time. */
  readonly full: number;
}

/**
 * Expects that something holds for any input. A failure tells the smallest input that was found, and the seed, which makes the same
 * inputs again when it is given in the environment variable SEED.
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
