import { BUCKET_POLICY_SIZE, stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import { QUOTAS } from "../facts/quotas";

test("the limit is S3's", () => {
  expect(BUCKET_POLICY_SIZE).toBe(QUOTAS.bucketPolicy);
});

// What IAM decides by this policy is asked in __tests__/iam.
const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";
const OTHER = "arn:aws:iam::111111111111:role/state/Other";

const ACCESS = { partition: "aws", bucket: "s", setupRoleArns: [DEPLOY], ownKey: "own" };
const ownStates = (states: readonly { roleArn: string; key: string }[], setupRoleArns = [DEPLOY]) =>
  stateBucketPolicy({ ...ACCESS, setupRoleArns, states })
    .Statement.filter(({ Sid }) => Sid.startsWith("OwnStatesOnly"))
    .map(({ NotResource }) => [NotResource].flat().map((arn) => arn?.split(":::")[1]));

test("each role has one statement, the setup role the first, with all of its states and their locks", () => {
  const states = [
    { roleArn: OTHER, key: "a" },
    { roleArn: DEPLOY, key: "b" },
    { roleArn: OTHER, key: "c" },
  ];
  expect(ownStates(states)).toEqual([
    ["s", "s/b", "s/b.tflock", "s/own", "s/own.tflock"],
    ["s", "s/a", "s/a.tflock", "s/c", "s/c.tflock"],
  ]);
});

test.each([
  [["p/a.tfstate"], "p/a.tfstate"],
  [["p/a.tfstate", "p/b.tfstate"], "p/*.tfstate"],
  [["p/aa.tfstate", "p/a.tfstate"], "p/a*.tfstate"],
  [["one", "two"], "*"],
  [["aa", "aaa"], "aa*"],
])("one role that has all states %j gets one pattern, which does not grow with the fleet", (keys, pattern) => {
  const states = keys.map((key) => ({ roleArn: OTHER, key }));
  expect(ownStates(states)).toEqual([
    ["s", "s/own", "s/own.tflock"],
    ["s", `s/${pattern}`, `s/${pattern}.tflock`],
  ]);
});

test("a former setup role keeps its access beside the new one", () => {
  const { Statement } = stateBucketPolicy({
    ...ACCESS,
    setupRoleArns: [DEPLOY, OTHER],
    states: [{ roleArn: OTHER, key: "a" }],
  });
  const notSetup = { ArnNotEquals: { "aws:PrincipalArn": [DEPLOY, OTHER] } };
  expect(Statement.filter(({ Condition }) => JSON.stringify(Condition) === JSON.stringify(notSetup))).toHaveLength(3);
});

test("it only denies, and everybody: what a role may do stands in its own policies", () => {
  const { Statement } = stateBucketPolicy({ ...ACCESS, states: [] });
  expect(new Set(Statement.map(({ Effect, Principal }) => `${Effect} ${Principal}`))).toEqual(new Set(["Deny *"]));
});
