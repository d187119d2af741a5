import { inKeyOrder } from "../../lib/aws/policy-document";

test("entries stand in the order of their keys' characters, as Terraform walks them", () => {
  const entries = { b: 1, "a-b": 2, B: 3, a_b: 4, "a.b": 5, a: 6, a10: 7, a9: 8 };
  expect(inKeyOrder(entries)).toEqual([
    ["B", 3],
    ["a", 6],
    ["a-b", 2],
    ["a.b", 5],
    ["a10", 7],
    ["a9", 8],
    ["a_b", 4],
    ["b", 1],
  ]);
});

test("the map itself stays as it is", () => {
  const entries = { b: 1, a: 2 };
  inKeyOrder(entries);
  expect(Object.keys(entries)).toEqual(["b", "a"]);
});
