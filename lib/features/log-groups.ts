import { z } from "zod";
import { isOfAccount } from "../aws/arn";
import { errorAt } from "../input/issues";
import { KMS_KEY_ARN, LABEL, LOG_GROUP_ARN, type RuleParams } from "../input/rules";
import { text } from "../input/schemas";
import { expression } from "../terraform/hcl";
import { attachShared, type SharedPolicy, sharedPolicy } from "./attachments";
import type { Feature } from "./feature";
import { LOG_GROUPS_DOCUMENT, LOG_PURPOSES, logGroupsPolicy } from "./log-groups-policy";
import { foreignKeys, keysOfPartition } from "./own-partition";

const NAME = "log_groups" as const;
const PURPOSE = "Allows the machines to write to existing log groups of CloudWatch Logs";
const POLICY: SharedPolicy = {
  feature: NAME,
  suffix: "log-groups",
  description: "Lets hybrid machines write to groups of CloudWatch Logs.",
  document: LOG_GROUPS_DOCUMENT,
};

const entries = z.record(
  text(LABEL),
  z
    .strictObject({
      log_group_arn: text(LOG_GROUP_ARN).describe("ARN of an existing log group of this account, in any region."),
      purpose: z
        .enum(LOG_PURPOSES)
        .describe("Purpose of the log group: the logs of Session Manager, or the output of Run Command."),
      kms_key_arn: text(KMS_KEY_ARN)
        .optional()
        .describe(
          "For session_manager: ARN of the KMS key that encrypts the sessions, as set in Session Manager's preferences. The machines can " +
            "decrypt with it within sessions only. CloudWatch Logs, not the machines, uses the key of the log group itself. Default: none.",
        ),
    })
    .refine((e) => e.purpose === "session_manager" || e.kms_key_arn === undefined, {
      error: "must have kms_key_arn only with the purpose session_manager",
      params: {
        code: "log_access",
        terraform: (e) => `${e}.purpose == "session_manager" || ${e}.kms_key_arn == null`,
        fix: "Remove kms_key_arn. CloudWatch Logs encrypts the log group itself, as the key's policy allows.",
        page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
      } satisfies RuleParams,
    }),
);

/** Access of the machines to one log group. */
export type LogGroupEntry = z.output<typeof entries>[string];

/** Rule for a log group that the machines' credentials cannot reach. */
const OWN_GROUP = "must be a log group of this account, in its partition";

/**
 * Access to log groups of CloudWatch Logs, for the logs of Session Manager and the output of Run Command.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
 */
export const logGroups = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}, for the logs of Session Manager and the output of Run Command. Key: a label of your choice. Off when empty.`,
  title: "Log groups",
  step: "CloudWatch Logs: the logs of Session Manager and the output of Run Command",
  resources: ["aws_iam_policy", "aws_iam_role_policy_attachment"],
  actions: {
    "logs:CreateLogStream": "create log streams",
    "logs:DescribeLogGroups": "list log groups",
    "logs:DescribeLogStreams": "list log streams",
    "logs:PutLogEvents": "write log events",
  },
  policies: (map, role) => sharedPolicy(POLICY, role, logGroupsPolicy(map)),
  check: (map, role) => [
    ...Object.entries(map)
      .filter(([, { log_group_arn }]) => !isOfAccount(log_group_arn, role))
      .map(([key, { log_group_arn: value }]) =>
        errorAt([NAME, key, "log_group_arn"], {
          code: "foreign_log_group",
          value,
          rule: `${OWN_GROUP}: arn:${role.partition}:logs:<region>:${role.accountId}:log-group:….`,
          fix: "Specify a log group of this account. Machines write to a log group by its name, so they cannot reach another account's.",
        }),
      ),
    ...foreignKeys(NAME, map, role),
  ],
  build: (scope, context) =>
    attachShared(scope, POLICY, context, keysOfPartition(NAME), {
      condition: expression(
        `alltrue([for arn in values(local.${NAME})[*].log_group_arn : can(regex("^arn:\${local.partition}:logs:[^:]*:\${local.account_id}:", arn))])`,
      ),
      errorMessage: `${NAME}: log_group_arn ${OWN_GROUP}.`,
    }),
} satisfies Feature<typeof entries>;
