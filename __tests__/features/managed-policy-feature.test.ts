import { managedPolicyFeature } from "../../lib/features/managed-policy-feature";
import { faultsOf, oneAccount } from "../support";

const feature = managedPolicyFeature({
  name: "things",
  purpose: "Lets things be",
  title: "Things",
  step: "(Optional) Things",
  policy: "AmazonThings",
  policyWords: { lets: "Machines are.", notice: { code: "things", text: "Things are." } },
});

test("an entry attaches AWS's policy of the account's partition, or the one named", () => {
  const role = { accountId: "111111111111", partition: "aws-cn", path: "/", name: "R" };
  const named = "arn:aws-cn:iam::111111111111:policy/narrower";
  expect(feature.policies({ one: {}, two: { policy_arn: named } }, role)).toEqual([
    { field: ["things", "one", "policy_arn"], arn: "arn:aws-cn:iam::aws:policy/AmazonThings" },
    { field: ["things", "two", "policy_arn"], arn: named },
  ]);
});

test("the description says what it attaches", () => {
  expect(feature.description).toBe(
    "Lets things be: attaches AmazonThings, or the policy named. Key: a label of your own. Off when empty.",
  );
});

test("an entry takes nothing else", () => {
  expect(feature.entries.safeParse({ one: {} }).success).toBe(true);
  expect(feature.entries.safeParse({ one: { arn: "x" } }).success).toBe(false);
  expect(feature.entries.safeParse({ "a b": {} }).success).toBe(false);
});

test.each(["directory_service", "cloudwatch_agent"])("the deprecated policy cannot come in by %s", (name) => {
  const arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM";
  const faults = faultsOf(oneAccount(`${name}: { default: { policy_arn: "${arn}" } }`));
  expect(faults.map(({ code }) => code)).toEqual(["deprecated_policy"]);
});
