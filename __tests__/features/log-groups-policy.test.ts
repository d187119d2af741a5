import { type LogGroupEntry, logGroupsPolicy } from "../../lib/features/log-groups-policy";

const LOGS = "arn:aws-cn:logs:cn-north-1:111111111111:log-group";
const SESSIONS: LogGroupEntry = { log_group_arn: `${LOGS}:/ssm/sessions`, purpose: "session_manager" };
const COMMANDS: LogGroupEntry = { log_group_arn: `${LOGS}:/ssm/commands`, purpose: "run_command" };

test("machines write to a group, and find it among the others of its region", () => {
  expect(logGroupsPolicy({ it: SESSIONS })).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: [`${LOGS}:/ssm/sessions`, `${LOGS}:/ssm/sessions:*`],
      },
      { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: [`${LOGS}:*`] },
    ],
  });
});

test("the key of the sessions decrypts sessions only", () => {
  const kms_key_arn = "arn:aws-cn:kms:cn-north-1:111111111111:key/1";
  expect(logGroupsPolicy({ it: { ...SESSIONS, kms_key_arn } }).Statement[1]).toEqual({
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: kms_key_arn,
    Condition: { StringLike: { "kms:EncryptionContext:aws:ssm:SessionId": "*" } },
  });
});

test("groups stand in the order of their labels, and each region once", () => {
  const abroad = COMMANDS.log_group_arn.replace("cn-north-1", "cn-northwest-1");
  const { Statement } = logGroupsPolicy({ c: { ...COMMANDS, log_group_arn: abroad }, b: COMMANDS, a: SESSIONS });
  expect(Statement.map(({ Resource }) => Resource)).toEqual([
    [SESSIONS.log_group_arn, `${SESSIONS.log_group_arn}:*`],
    [COMMANDS.log_group_arn, `${COMMANDS.log_group_arn}:*`],
    [abroad, `${abroad}:*`],
    [`${LOGS}:*`, "arn:aws-cn:logs:cn-northwest-1:111111111111:log-group:*"],
  ]);
});

test("without groups nothing is allowed", () => {
  expect(logGroupsPolicy({}).Statement).toEqual([]);
});
