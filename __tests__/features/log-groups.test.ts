import { errorsOf, oneAccount, rulesOf } from "../support";

const GROUP = "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions";
const KEY = 'kms_key_arn: "arn:aws:kms:eu-central-1:111111111111:key/1"';

test.each([
  [`log_group_arn: "${GROUP}", purpose: session_manager`, []],
  [`log_group_arn: "${GROUP}", purpose: session_manager, ${KEY}`, []],
  [`log_group_arn: "${GROUP}", purpose: run_command`, []],
  [
    `log_group_arn: "${GROUP}", purpose: run_command, ${KEY}`,
    ["log_groups.g: must have kms_key_arn only with the purpose session_manager."],
  ],
  [`log_group_arn: "${GROUP}"`, ["log_groups.g.purpose: is required: one of session_manager, run_command."]],
  [
    `log_group_arn: "${GROUP}", purpose: inventory`,
    ["log_groups.g.purpose: must be one of session_manager, run_command."],
  ],
  ["purpose: run_command", ["log_groups.g.log_group_arn: is required."]],
  [
    `log_group_arn: "${GROUP}:*", purpose: run_command`,
    ["log_groups.g.log_group_arn: must be the ARN of a CloudWatch Logs log group, without :* at the end."],
  ],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(`log_groups: { g: { ${entry} } }`)).toEqual(rules);
});

test.each([
  ["of another account", GROUP.replace("111111111111", "222222222222")],
  ["of another partition", GROUP.replace("aws", "aws-cn")],
])("a log group %s is refused, one of another region is accepted", (_, value) => {
  const group = (arn: string) => `{ log_group_arn: "${arn}", purpose: run_command }`;
  const abroad = group(GROUP.replace("eu-central-1", "us-east-1"));
  expect(errorsOf(oneAccount(`log_groups: { here: ${abroad}, "th-ere": ${group(value)} }`))).toEqual([
    expect.objectContaining({
      line: 5,
      field: 'log_groups["th-ere"].log_group_arn',
      code: "foreign_log_group",
      value,
      rule: "must be a log group of this account, in its partition: arn:aws:logs:<region>:111111111111:log-group:….",
      fix: "Specify a log group of this account. Machines write to a log group by its name, so they cannot reach another account's.",
    }),
  ]);
});
