import { userAccessPolicy } from "../../lib/features/user-access-policy";

// What IAM decides by these policies is asked in __tests__/iam.
const SCOPE = { partition: "aws", accountId: "111111111111", roleArn: "arn:aws:iam::111111111111:role/R" };

/** The ids of a level's statements. */
const statements = (level: "read_only" | "operator" | "administrator", outputBuckets: string[] = []) =>
  userAccessPolicy({ ...SCOPE, outputBuckets }, { level, node_tags: {} }).Statement.map(({ Sid }) => Sid);

test("a statement stands only where it has something to name: no tags, no key and no bucket leave theirs out", () => {
  const all = userAccessPolicy({ ...SCOPE, outputBuckets: [] }, { level: "administrator", node_tags: {} });
  expect(all.Statement.map(({ Sid }) => Sid)).not.toContain("EncryptSessions");
  expect(all.Statement.map(({ Sid }) => Sid)).not.toContain("OutputBuckets");
  expect(JSON.stringify(all)).not.toContain('StringEquals":{"ssm:resourceTag');
});

test("each level has all of the one before; who only reads has no bucket", () => {
  const operator = statements("operator");
  expect(operator.slice(0, 2)).toEqual(statements("read_only"));
  expect(statements("administrator").slice(0, operator.length)).toEqual(operator);
  expect(statements("operator", ["one"])).toContain("OutputBuckets");
  expect(statements("read_only", ["one"])).toEqual(statements("read_only"));
});

test("a tag may be empty or have a space in its key", () => {
  const node_tags = { Team: "plant", "Cost center": "" };
  const { Statement } = userAccessPolicy({ ...SCOPE, outputBuckets: [] }, { level: "operator", node_tags });
  expect(Statement.find(({ Sid }) => Sid === "UseMachines")?.Condition?.StringEquals).toEqual({
    "ssm:resourceTag/Team": "plant",
    "ssm:resourceTag/Cost center": "",
  });
});
