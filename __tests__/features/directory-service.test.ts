import { at, synthRole } from "../support";

test("each entry attaches AWS's policy for a directory, or the policy named", () => {
  const root = synthRole({
    directoryService: { default: {}, mine: { policyArn: "arn:aws:iam::111111111111:policy/mine" } },
  });
  expect(at(root, "variable", "directory_service", "default")).toEqual({
    default: {},
    mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" },
  });
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "directory_service")).toEqual({
    for_each: "${var.directory_service}",
    role: "${aws_iam_role.this.name}",
    policy_arn:
      '${coalesce(each.value.policy_arn, "arn:${local.partition}:iam::aws:policy/AmazonSSMDirectoryServiceAccess")}',
  });
});
