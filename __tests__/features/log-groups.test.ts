import { logGroups } from "../../lib/features/log-groups";
import { logGroupsPolicy } from "../../lib/features/log-groups-policy";
import { at, faultsOf, oneAccount, synthRole } from "../support";

const GROUP = "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions";
const KEY = "arn:aws:kms:eu-central-1:111111111111:key/1";

const rulesOf = (entry: string) =>
  faultsOf(oneAccount(`log_groups: { g: { ${entry} } }`)).map(({ field, rule }) => [field, rule]);

test("all entries make one policy of the role's name, under its path", () => {
  const role = { accountId: "111111111111", partition: "aws", path: "/x/", name: "R" };
  const entries = logGroups.entries.parse({ g: { log_group_arn: GROUP, purpose: "session_manager" } });
  expect(logGroups.policies(entries, role)).toEqual([
    {
      field: ["log_groups"],
      arn: "arn:aws:iam::111111111111:policy/x/R-log-groups",
      description: "Lets hybrid machines write to groups of CloudWatch Logs.",
      document: logGroupsPolicy(entries),
    },
  ]);
});

test.each([
  [`log_group_arn: "${GROUP}", purpose: session_manager`, []],
  [`log_group_arn: "${GROUP}", purpose: session_manager, kms_key_arn: "${KEY}"`, []],
  [`log_group_arn: "${GROUP}", purpose: run_command`, []],
  [
    `log_group_arn: "${GROUP}", purpose: run_command, kms_key_arn: "${KEY}"`,
    [["log_groups.g", "must have kms_key_arn with the purpose session_manager only."]],
  ],
  [
    `log_group_arn: "${GROUP}"`,
    [["log_groups.g.purpose", "must be there, and be one of session_manager, run_command."]],
  ],
  [
    `log_group_arn: "${GROUP}", purpose: inventory`,
    [["log_groups.g.purpose", "must be one of session_manager, run_command."]],
  ],
  ["purpose: run_command", [["log_groups.g.log_group_arn", "must be there."]]],
  [
    `log_group_arn: "${GROUP}:*", purpose: run_command`,
    [["log_groups.g.log_group_arn", "must be the ARN of a group of CloudWatch Logs, without :* at its end."]],
  ],
  [
    `log_group_arn: "${GROUP}", purpose: session_manager, kms_key_arn: "${KEY.replace("aws", "aws-cn")}"`,
    [["log_groups.g.kms_key_arn", "must be a key of the account's own partition, aws."]],
  ],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(entry)).toEqual(rules);
});

test.each([
  ["of another account", GROUP.replace("111111111111", "222222222222")],
  ["of another partition", GROUP.replace("aws", "aws-cn")],
])("a group %s cannot be written to", (_, arn) => {
  const inOtherRegion = GROUP.replace("eu-central-1", "us-east-1");
  const file = oneAccount(
    `log_groups: { here: { log_group_arn: "${inOtherRegion}", purpose: run_command }, "th-ere": { log_group_arn: "${arn}", purpose: run_command } }`,
  );
  expect(faultsOf(file)).toEqual([
    expect.objectContaining({
      line: 5,
      field: 'log_groups["th-ere"].log_group_arn',
      code: "foreign_log_group",
      value: arn,
      rule: "must be a group of this account, in its own partition: arn:aws:logs:<region>:111111111111:log-group:….",
      fix: "Name a group of this account: machines write by the group's name, so never to another account's.",
    }),
  ]);
});

test("a plan refuses a foreign group and a foreign key in the same words", () => {
  const preconditions = at(synthRole(), "resource", "aws_iam_policy", "log_groups", "lifecycle", "precondition");
  expect(preconditions).toEqual([
    expect.objectContaining({ condition: "${length(local.log_groups_document) <= 6144}" }),
    {
      condition:
        '${alltrue([for key in compact(values(var.log_groups)[*].kms_key_arn) : startswith(key, "arn:${local.partition}:")])}',
      error_message: "log_groups: kms_key_arn must be a key of the account's own partition, ${local.partition}.",
    },
    {
      condition:
        '${alltrue([for arn in values(var.log_groups)[*].log_group_arn : can(regex("^arn:${local.partition}:logs:[^:]*:${local.account_id}:", arn))])}',
      error_message: "log_groups: log_group_arn must be a group of this account, in its own partition.",
    },
  ]);
});
