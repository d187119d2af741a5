import { trustPolicy } from "../../lib/role/trust-policy";

const ACCOUNT = { partition: "aws", accountId: "111111111111" };
const TRUST = { service_principal: "ssm.amazonaws.com", conditions: true, regions: [] };

test.each(["aws", "aws-cn", "aws-us-gov"])(
  "in %s Systems Manager may assume the role for this account alone",
  (partition) => {
    expect(trustPolicy({ ...ACCOUNT, partition }, TRUST)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "ssm.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "111111111111" },
            ArnEquals: { "aws:SourceArn": [`arn:${partition}:ssm:*:111111111111:*`] },
          },
        },
      ],
    });
  },
);

test("with regions, for these alone", () => {
  const { Statement } = trustPolicy(ACCOUNT, { ...TRUST, regions: ["us-east-1", "eu-central-1"] });
  expect(Statement[0]?.Condition?.ArnEquals).toEqual({
    "aws:SourceArn": ["arn:aws:ssm:us-east-1:111111111111:*", "arn:aws:ssm:eu-central-1:111111111111:*"],
  });
});

test("without conditions it is the policy of the older procedure", () => {
  expect(trustPolicy(ACCOUNT, { ...TRUST, conditions: false, service_principal: "ssm.amazonaws.com.cn" })).toEqual({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ssm.amazonaws.com.cn" }, Action: "sts:AssumeRole" }],
  });
});
