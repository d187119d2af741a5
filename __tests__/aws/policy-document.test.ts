import { inKeyOrder, POLICY_SIZE, policySize } from "../../lib/aws/policy-document";
import { QUOTAS } from "../facts/quotas";

test("the size of a document is that of its JSON without white space, including spaces in strings", () => {
  const document = (Action: string) =>
    ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }) as const;
  const bare = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"","Resource":"*"}]}'.length;
  expect(policySize(document(""))).toBe(bare);
  expect(policySize(document("s3:GetObject"))).toBe(bare + 12);
  expect(policySize(document("a b\tc"))).toBe(bare + 5);
});

test("the limits are IAM's", () => {
  expect(POLICY_SIZE).toEqual({ managed: QUOTAS.managedPolicy, trust: QUOTAS.trustPolicy });
});

test("entries are sorted by the characters of their keys, as in Terraform, and the map is not changed", () => {
  const entries = { b: 1, "a-b": 2, B: 3, a_b: 4, "a.b": 5, a: 6, a10: 7, a9: 8 };
  const given = Object.keys(entries);
  expect(inKeyOrder(entries).map(([key]) => key)).toEqual(["B", "a", "a-b", "a.b", "a10", "a9", "a_b", "b"]);
  expect(inKeyOrder(entries)[0]).toEqual(["B", 3]);
  expect(Object.keys(entries)).toEqual(given);
});
