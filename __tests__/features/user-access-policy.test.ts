import { userAccessPolicy } from "../../lib/features/user-access-policy";

// __tests__/iam tests what IAM decides with these policies.
const SCOPE = { partition: "aws", accountId: "111111111111", roleArn: "arn:aws:iam::111111111111:role/R" };

/** Returns the Sids of a level's statements. */
const statements = (level: "read_only" | "operator" | "administrator", outputBuckets: string[] = []) =>
  userAccessPolicy({ ...SCOPE, outputBuckets }, { level, node_tags: {} }).Statement.map(({ Sid }) => Sid);

test("without tags, a key or a bucket, their statements are omitted", () => {
  const all = userAccessPolicy({ ...SCOPE, outputBuckets: [] }, { level: "administrator", node_tags: {} });
  expect(all.Statement.map(({ Sid }) => Sid)).not.toContain("EncryptSessions");
  expect(all.Statement.map(({ Sid }) => Sid)).not.toContain("OutputBuckets");
  expect(JSON.stringify(all)).not.toContain('StringEquals":{"ssm:resourceTag');
});

test("each level includes the one before; read_only has no bucket", () => {
  const operator = statements("operator");
  expect(operator.slice(0, 2)).toEqual(statements("read_only"));
  expect(statements("administrator").slice(0, operator.length)).toEqual(operator);
  expect(statements("operator", ["one"])).toContain("OutputBuckets");
  expect(statements("read_only", ["one"])).toEqual(statements("read_only"));
});

test("a tag can have an empty value or a space in its key", () => {
  const node_tags = { Team: "plant", "Cost center": "" };
  const { Statement } = userAccessPolicy({ ...SCOPE, outputBuckets: [] }, { level: "operator", node_tags });
  expect(Statement.find(({ Sid }) => Sid === "UseMachines")?.Condition?.StringEquals).toEqual({
    "ssm:resourceTag/Team": "plant",
    "ssm:resourceTag/Cost center": "",
  });
});
