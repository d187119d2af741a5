import { told } from "../support";

test("the ARN of the policy is required", () => {
  expect(told('policies: { mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" } }')).toEqual([]);
  expect(told("policies: { mine: {} }")).toEqual([
    'accounts.yaml:5:17  account "a"  policies.mine.policy_arn',
    "is required. [missing]",
    expect.anything(),
  ]);
});

test("AmazonEC2RoleforSSM is refused with a reason", () => {
  const arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM";
  expect(told(`policies: { old: { policy_arn: "${arn}" } }`)).toEqual([
    `accounts.yaml:5:36  account "a"  policies.old.policy_arn = "${arn}"`,
    "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it grants access to every S3 bucket that the account can access. [deprecated_policy]",
    "Remove it. AmazonSSMManagedInstanceCore is attached already, and s3_buckets grants access to single buckets. See https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html",
  ]);
});
