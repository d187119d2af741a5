import { at, synthRole } from "../support";

test("each entry attaches AWS's policy for the CloudWatch agent, or the policy named", () => {
  const root = synthRole({
    cloudwatchAgent: { default: {}, mine: { policyArn: "arn:aws:iam::111111111111:policy/mine" } },
  });
  expect(at(root, "variable", "cloudwatch_agent", "default")).toEqual({
    default: {},
    mine: { policy_arn: "arn:aws:iam::111111111111:policy/mine" },
  });
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "cloudwatch_agent")).toEqual({
    for_each: "${var.cloudwatch_agent}",
    role: "${aws_iam_role.this.name}",
    policy_arn:
      '${coalesce(each.value.policy_arn, "arn:${local.partition}:iam::aws:policy/CloudWatchAgentServerPolicy")}',
  });
});
