import { stateBucketPolicy } from "../../lib/aws/state-bucket-policy";

// What IAM decides by this policy is asked in __tests__/iam.
const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";
const OTHER = "arn:aws:iam::111111111111:role/state/Other";

test("each role has one statement, the deploy role the first, with all of its states and their locks", () => {
  const states = [
    { roleArn: OTHER, key: "a" },
    { roleArn: DEPLOY, key: "b" },
    { roleArn: OTHER, key: "c" },
  ];
  const { Statement } = stateBucketPolicy({ partition: "aws", bucket: "s", deployRoleArn: DEPLOY, states });
  const own = Statement.filter(({ Sid }) => Sid.startsWith("OwnStatesOnly"));
  expect(own.map(({ NotResource }) => [NotResource].flat().map((arn) => arn?.split(":::")[1]))).toEqual([
    ["s", "s/b", "s/b.tflock"],
    ["s", "s/a", "s/a.tflock", "s/c", "s/c.tflock"],
  ]);
});

test("it only denies, and everybody: what a role may do stands in its own policies", () => {
  const { Statement } = stateBucketPolicy({ partition: "aws", bucket: "s", deployRoleArn: DEPLOY, states: [] });
  expect(new Set(Statement.map(({ Effect, Principal }) => `${Effect} ${Principal}`))).toEqual(new Set(["Deny *"]));
});
