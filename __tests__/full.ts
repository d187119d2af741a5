/**
 * Whether the long tests run completely, as in `npm run test:full`. Otherwise each runs a sample of a few seconds, or
 * nothing.
 */
export const FULL = process.env.TEST_FULL === "1";
