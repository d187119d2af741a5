import { BUCKET_POLICY_SIZE, stateBucketPolicy } from "../../lib/aws/state-bucket-policy";
import { QUOTAS } from "../facts/quotas";

test("the limit is S3's", () => {
  expect(BUCKET_POLICY_SIZE).toBe(QUOTAS.bucketPolicy);
});

// The decisions of IAM for this policy are tested in __tests__/iam.
const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";
const OTHER = "arn:aws:iam::111111111111:role/state/Other";

const ACCESS = { partition: "aws", bucket: "s", setupRoleArns: [DEPLOY], ownKey: "own" };
const ownStates = (states: readonly { roleArn: string; key: string }[], setupRoleArns = [DEPLOY]) =>
  stateBucketPolicy({ ...ACCESS, setupRoleArns, states })
    .Statement.filter(({ Sid }) => Sid.startsWith("OwnStatesOnly"))
    .map(({ NotResource }) => [NotResource].flat().map((arn) => arn?.split(":::")[1]));

test("each role has one statement with all of its states and their locks; the setup role is first", () => {
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
])("a single role with all states %j gets one pattern, which does not grow with the fleet", (keys, pattern) => {
  const states = keys.map((key) => ({ roleArn: OTHER, key }));
  expect(ownStates(states)).toEqual([
    ["s", "s/own", "s/own.tflock"],
    ["s", `s/${pattern}`, `s/${pattern}.tflock`],
  ]);
});

test("a former setup role keeps its access in addition to the new one", () => {
  const { Statement } = stateBucketPolicy({
    ...ACCESS,
    setupRoleArns: [DEPLOY, OTHER],
    states: [{ roleArn: OTHER, key: "a" }],
  });
  const denyingAllBut = (...roles: readonly string[]) =>
    Statement.filter(({ Condition }) => {
      return JSON.stringify(Condition) === JSON.stringify({ ArnNotEquals: { "aws:PrincipalArn": roles } });
    }).map(({ Sid }) => Sid);
  expect(denyingAllBut(DEPLOY, OTHER)).toEqual(["SettingsBySetupRole", "OwnStateBySetupRole"]);
  // The read-only role of the state role, but none of the setup role.
  expect(denyingAllBut(DEPLOY, OTHER, `${OTHER}Plan`)).toEqual(["TheseRolesOnly"]);
});

test("it only denies, for all principals: a role's own policies allow its actions", () => {
  const { Statement } = stateBucketPolicy({ ...ACCESS, states: [] });
  expect(new Set(Statement.map(({ Effect, Principal }) => `${Effect} ${Principal}`))).toEqual(new Set(["Deny *"]));
});
