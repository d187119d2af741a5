/** Whether the long tests run whole, as in `npm run test:full`; else each takes a sample of a few seconds, or none. */
export const FULL = process.env.TEST_FULL === "1";
