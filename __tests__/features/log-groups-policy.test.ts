import type { LogGroupEntry } from "../../lib/features/log-groups";
import { logGroupsPolicy } from "../../lib/features/log-groups-policy";

// __tests__/iam tests what IAM decides with this policy.
const LOGS = "arn:aws-cn:logs:cn-north-1:111111111111:log-group";
const SESSIONS: LogGroupEntry = { log_group_arn: `${LOGS}:/ssm/sessions`, purpose: "session_manager" };
const COMMANDS: LogGroupEntry = { log_group_arn: `${LOGS}:/ssm/commands`, purpose: "run_command" };

test("log groups are in the order of their labels, and each region appears once", () => {
  const abroad = COMMANDS.log_group_arn.replace("cn-north-1", "cn-northwest-1");
  const { Statement } = logGroupsPolicy({ c: { ...COMMANDS, log_group_arn: abroad }, b: COMMANDS, a: SESSIONS });
  expect(Statement.map(({ Resource }) => Resource?.[0])).toEqual([
    SESSIONS.log_group_arn,
    COMMANDS.log_group_arn,
    abroad,
    `${LOGS}:*`,
  ]);
  expect(Statement.at(-1)?.Resource).toHaveLength(2);
});

test("without log groups nothing is allowed", () => {
  expect(logGroupsPolicy({}).Statement).toEqual([]);
});
