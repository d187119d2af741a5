/** Whether the long tests run in full, as in `npm run test:full`. Otherwise each takes a sample of a few seconds, or none. */
export const FULL = process.env.TEST_FULL === "1";
