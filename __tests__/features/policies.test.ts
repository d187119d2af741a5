import { at, faultsOf, fieldsOf, oneAccount, synthRole } from "../support";

test("each entry attaches a policy that exists already", () => {
  const root = synthRole({ policies: { mine: { policyArn: "arn:aws:iam::111111111111:policy/mine" } } });
  expect(at(root, "variable", "policies", "default")).toEqual({
    mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" },
  });
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "policies")).toEqual({
    for_each: "${var.policies}",
    role: "${aws_iam_role.this.name}",
    policy_arn: "${each.value.policy_arn}",
  });
});

test("the policy has to be named", () => {
  expect(fieldsOf(oneAccount("policies: { mine: {} }"))).toEqual(["missing policies.mine.policy_arn"]);
});

test("AmazonEC2RoleforSSM is refused with the reason", () => {
  const arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM";
  expect(faultsOf(oneAccount(`policies: { old: { policy_arn: "${arn}" } }`))).toEqual([
    {
      file: "accounts.yaml",
      line: 5,
      column: 36,
      account: "a",
      field: "policies.old.policy_arn",
      code: "deprecated_policy",
      value: arn,
      rule: "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it opens every S3 bucket that the account can reach.",
      fix: "Leave it out; AmazonSSMManagedInstanceCore is attached already, and s3_buckets opens single buckets.",
      page: "https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html",
    },
  ]);
});
