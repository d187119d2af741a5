import { type UserAccess, type UserAccessScope, userAccessPolicy } from "../../lib/features/user-access-policy";

const ROLE = "arn:aws:iam::111111111111:role/hybrid/R";
const SCOPE: UserAccessScope = { partition: "aws", accountId: "111111111111", roleArn: ROLE, outputBuckets: [] };
const KEY = "arn:aws:kms:eu-central-1:111111111111:key/1";

/** The statements of a level, each under its id; the id itself and the effect are looked at apart. */
function statements(access: Partial<UserAccess>, scope: Partial<UserAccessScope> = {}) {
  const { Version, Statement } = userAccessPolicy(
    { ...SCOPE, ...scope },
    { level: "operator", node_tags: {}, ...access },
  );
  expect(Version).toBe("2012-10-17");
  expect(Statement.map(({ Effect }) => Effect)).toEqual(Statement.map(() => "Allow"));
  return Object.fromEntries(Statement.map(({ Sid = "", Effect: _, ...rest }) => [Sid, rest]));
}

const READ = {
  Action: [
    "ssm:DescribeActivations",
    "ssm:DescribeInstanceAssociationsStatus",
    "ssm:DescribeInstanceInformation",
    "ssm:DescribeInstancePatchStates",
    "ssm:DescribeInstancePatches",
    "ssm:DescribeInstanceProperties",
    "ssm:DescribeSessions",
    "ssm:ListAssociations",
    "ssm:ListCommandInvocations",
    "ssm:ListCommands",
    "ssm:ListComplianceItems",
    "ssm:ListDocuments",
    "ssm:ListInventoryEntries",
    "ssm:ListResourceComplianceSummaries",
    "ssm:ListTagsForResource",
  ],
  Resource: "*",
};

const OPERATE = {
  UseMachines: {
    Action: ["ssm:SendCommand", "ssm:StartSession"],
    Resource: "arn:aws:ssm:*:111111111111:managed-instance/*",
    Condition: { BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" } },
  },
  RunDocuments: {
    Action: ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
    Resource: ["arn:aws:ssm:*::document/*", "arn:aws:ssm:*:111111111111:document/*"],
  },
  StartShell: {
    Action: "ssm:StartSession",
    Resource: "arn:aws:ssm:*:111111111111:document/SSM-SessionManagerRunShell",
  },
  OwnSessions: {
    Action: ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
    Resource: "arn:aws:ssm:*:111111111111:session/${aws:userid}-*",
  },
  Follow: { Action: ["ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:GetConnectionStatus"], Resource: "*" },
};

const ADMINISTER = {
  Activate: { Action: ["ssm:CreateActivation", "ssm:DeleteActivation"], Resource: "*" },
  ManageMachines: {
    Action: [
      "ssm:AddTagsToResource",
      "ssm:DeregisterManagedInstance",
      "ssm:RemoveTagsFromResource",
      "ssm:UpdateManagedInstanceRole",
    ],
    Resource: "arn:aws:ssm:*:111111111111:managed-instance/*",
  },
  UseThisRole: { Action: "ssm:UpdateManagedInstanceRole", Resource: ROLE },
  PassThisRole: {
    Action: "iam:PassRole",
    Resource: ROLE,
    Condition: { StringEquals: { "iam:PassedToService": ["ssm.amazonaws.com"] } },
  },
};

test("read_only lists and describes", () => {
  expect(statements({ level: "read_only" })).toEqual({ Read: READ });
});

test("operator runs commands and shells besides", () => {
  expect(statements({ level: "operator" })).toEqual({ Read: READ, ...OPERATE });
});

test("administrator makes activations for the one role, and changes machines besides", () => {
  expect(statements({ level: "administrator" })).toEqual({ Read: READ, ...OPERATE, ...ADMINISTER });
});

test("a machine must have every tag", () => {
  expect(statements({ node_tags: { Team: "plant", "Cost center": "" } }).UseMachines?.Condition).toEqual({
    BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" },
    StringEquals: { "ssm:resourceTag/Team": "plant", "ssm:resourceTag/Cost center": "" },
  });
});

test("who runs commands may name the buckets that take their output", () => {
  const scope = { outputBuckets: ["one", "two"] };
  expect(statements({}, scope)).toEqual({
    Read: READ,
    ...OPERATE,
    OutputBuckets: { Action: "ssm:SendCommand", Resource: ["arn:aws:s3:::one", "arn:aws:s3:::two"] },
  });
  expect(statements({ level: "read_only" }, scope)).toEqual({ Read: READ });
});

test("the key of the sessions makes data keys for a person's own sessions only", () => {
  expect(statements({ kms_key_arn: KEY }).EncryptOwnSessions).toEqual({
    Action: "kms:GenerateDataKey",
    Resource: KEY,
    Condition: { StringLike: { "kms:EncryptionContext:aws:ssm:SessionId": "${aws:userid}-*" } },
  });
});

test.each([
  ["aws-us-gov", ["ssm.amazonaws.com"]],
  ["aws-cn", ["ssm.amazonaws.com", "ssm.amazonaws.com.cn"]],
])("in %s", (partition, services) => {
  const roleArn = ROLE.replace("arn:aws:", `arn:${partition}:`);
  const scope = { partition, roleArn, outputBuckets: ["one"] };
  const inPartition = statements({ level: "administrator" }, scope);
  expect(inPartition.PassThisRole).toEqual({
    Action: "iam:PassRole",
    Resource: roleArn,
    Condition: { StringEquals: { "iam:PassedToService": services } },
  });
  const arns = Object.values(inPartition)
    .flatMap(({ Resource = [] }) => Resource)
    .filter((arn) => arn !== "*");
  expect(arns).toHaveLength(9);
  expect(arns.filter((arn) => !arn.startsWith(`arn:${partition}:`))).toEqual([]);
});
