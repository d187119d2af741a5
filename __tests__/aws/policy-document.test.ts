import { POLICY_SIZE, policySize } from "../../lib/aws/policy-document";

test("a document is as long as its JSON without white space, spaces in texts not counted either", () => {
  const document = (Action: string) =>
    ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }) as const;
  const bare = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"","Resource":"*"}]}'.length;
  expect(policySize(document(""))).toBe(bare);
  expect(policySize(document("s3:GetObject"))).toBe(bare + 12);
  expect(policySize(document("a b\tc"))).toBe(bare + 5);
});

test("the limits are IAM's", () => {
  expect(POLICY_SIZE).toEqual({ managed: 6144, trust: 2048 });
});
