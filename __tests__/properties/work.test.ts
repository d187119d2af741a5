import { workOf } from "./work";

/** Runs two nested loops. */
function square(size: number): number {
  let sum = 0;
  for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) sum += a ^ b;
  return sum;
}

test("the count is proportional to the work: twice for a list, four times for a square", () => {
  const list = (length: number) => workOf(() => Array.from({ length }, (_, index) => String(index)).join(""));
  expect(list(20_000) / list(10_000)).toBeCloseTo(2, 1);
  expect(workOf(() => square(400)) / workOf(() => square(200))).toBeCloseTo(4, 1);
});
