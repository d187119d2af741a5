import { parseAccount } from "../../lib/config/account";
import { rulesOf } from "../support";

describe.each([
  ["directory_service", "AmazonSSMDirectoryServiceAccess"],
  ["cloudwatch_agent", "CloudWatchAgentServerPolicy"],
])("%s", (name, policy) => {
  test("attaches the AWS managed policy of the account's partition, or the specified policy, for each entry", () => {
    const named = "arn:aws-cn:iam::111111111111:policy/narrower";
    const fields = { id: "111111111111", region: "cn-north-1", [name]: { one: {}, two: { policy_arn: named } } };
    expect(parseAccount("a", fields).account?.serviceRole.attached.slice(1)).toEqual([
      { field: [name, "one", "policy_arn"], arn: `arn:aws-cn:iam::aws:policy/${policy}` },
      { field: [name, "two", "policy_arn"], arn: named },
    ]);
  });

  test.each([
    ["one: {}", []],
    ["one: { arn: x }", [`${name}.one.arn: must be one of policy_arn.`]],
    ["a b: {}", [expect.stringContaining(`${name}["a b"]: must be 1 to 64 letters, digits or any of . - _`)]],
    [
      'old: { policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" }',
      [expect.stringContaining(`${name}.old.policy_arn: must not be AmazonEC2RoleforSSM`)],
    ],
  ])("an entry %s", (entry, rules) => {
    expect(rulesOf(`${name}: { ${entry} }`)).toEqual(rules);
  });
});
