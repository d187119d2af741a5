import { userAccessPolicy } from "../../lib/features/user-access-policy";
import {
  actionsWords,
  conditionWords,
  joined,
  listOf,
  receivers,
  resourceWords,
  trustWords,
} from "../../lib/report/words";
import { facts } from "./support";

test.each([
  [
    {},
    "Only Systems Manager (ssm.amazonaws.com) can assume the role, and only for account 111111111111, for hybrid activations in any region.",
  ],
  [
    { trust: { regions: ["eu-central-1", "us-east-1"] } },
    "Only Systems Manager (ssm.amazonaws.com) can assume the role, and only for account 111111111111, for hybrid activations in eu-central-1 or us-east-1.",
  ],
  [
    { trust: { conditions: false } },
    "Only Systems Manager (ssm.amazonaws.com) can assume the role, on behalf of any AWS account: no condition limits it to this one.",
  ],
])("the trust of %j", (props, sentence) => {
  expect(trustWords(facts(props).trust)).toEqual([sentence]);
});

test("a trust policy that this project would not write is described as it is", () => {
  const statement = { Effect: "Allow", Action: "sts:AssumeRole" } as const;
  const Condition = { StringNotEqualsIfExists: { "aws:PrincipalOrgID": ["o-1", "o-2"] } };
  expect(
    trustWords({
      Version: "2012-10-17",
      Statement: [
        { ...statement, Principal: { AWS: "*" } },
        { ...statement, Principal: { Service: "ec2.amazonaws.com" }, Condition },
      ],
    }),
  ).toEqual([
    "anyone can assume the role, on behalf of any AWS account: no condition limits it to this one.",
    "the service ec2.amazonaws.com can assume the role, and only if aws:PrincipalOrgID, if present, is not o-1 or o-2.",
  ]);
});

test.each([
  ["kms:ViaService", "StringEquals", ["s3.eu-central-1.amazonaws.com"], "through s3.eu-central-1.amazonaws.com"],
  ["ssm:resourceTag/Site", "StringEquals", "factory", "on machines whose tag Site is factory"],
  ["iam:PassedToService", "StringEquals", ["ssm.amazonaws.com"], "to ssm.amazonaws.com"],
  ["ssm:SessionDocumentAccessCheck", "BoolIfExists", "true", "with a session document that they can use"],
  ["kms:EncryptionContext:aws:ssm:SessionId", "StringLike", "*", "for Session Manager sessions"],
  ["aws:SourceArn", "ArnLike", "arn:aws:s3:::x", "for arn:aws:s3:::x"],
  ["aws:SourceIp", "NotIpAddress", ["10.0.0.0/8"], "if aws:SourceIp NotIpAddress 10.0.0.0/8"],
])("a condition on %s", (key, operator, value, words) => {
  expect(conditionWords({ [operator]: { [key]: value } })).toEqual([words]);
});

test.each([
  ["*", "all resources of the account"],
  ["arn:aws:s3:::logs", "the bucket logs"],
  ["arn:aws:s3:::logs/*", "the whole bucket logs"],
  ["arn:aws:s3:::logs/run/command/*", "the prefix run/command/ of the bucket logs"],
  ["arn:aws:ssm:*:111111111111:managed-instance/*", "all machines of the account in any region"],
  ["arn:aws:ssm:*::document/*", "AWS's documents in any region"],
  ["arn:aws:ssm:*:111111111111:session/${aws:userid}-*", "their own sessions in any region"],
  ["arn:aws:ssm:*:111111111111:session/*", "all sessions in any region"],
  ["arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/a:*", "the log group /ssm/a in eu-central-1"],
  ["arn:aws:dynamodb:eu-central-1:111111111111:table/t", "arn:aws:dynamodb:eu-central-1:111111111111:table/t"],
])("the resource %s", (arn, words) => {
  expect(resourceWords(arn)).toBe(words);
});

test("actions without a description are shown by name, with each verb once", () => {
  expect(actionsWords(["s3:GetObject", "s3:ListAllMyBuckets", "dynamodb:GetItem"])).toEqual([
    "read objects",
    "list all my buckets",
    "get item",
  ]);
  const scope = { partition: "aws", accountId: "1", roleArn: "r", outputBuckets: [] };
  const [read] = userAccessPolicy(scope, { level: "read_only", node_tags: {} }).Statement;
  expect(actionsWords(listOf(read?.Action)).map((words) => words.split(" ")[0])).toEqual(["describe", "list"]);
});

test("names are joined as in a sentence", () => {
  expect(["", "a", "a and b", "a, b and c"]).toEqual(
    [[], ["a"], ["a", "b"], ["a", "b", "c"]].map((all) => joined(all)),
  );
});

test("the groups, roles and users that get a policy", () => {
  const [grant] = facts({
    userAccess: { x: { level: "operator", nodeTags: {}, roles: ["Op", "Night"], users: ["eve"] } },
  }).granted;
  expect(receivers(grant as never)).toBe("Roles Op and Night and user eve");
  expect(receivers({ ...(grant as never as object), roles: [], users: [], groups: [] } as never)).toBe(
    "Anyone who gets the policy elsewhere",
  );
});
