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
const PURPOSE = "Lets the machines write to groups of CloudWatch Logs that exist already";
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
      log_group_arn: text(LOG_GROUP_ARN).describe(
        "ARN of the group, which exists already, in this account. It may be in any region.",
      ),
      purpose: z
        .enum(LOG_PURPOSES)
        .describe("What the group is for: the logs of Session Manager, or the output of Run Command."),
      kms_key_arn: text(KMS_KEY_ARN)
        .optional()
        .describe(
          "For session_manager: ARN of the key that Session Manager's preferences name to encrypt the sessions; the machines may " +
            "decrypt with it within sessions only. A key of the group itself is used by CloudWatch Logs, not by the machines. Default: none.",
        ),
    })
    .refine((e) => e.purpose === "session_manager" || e.kms_key_arn === undefined, {
      error: "must have kms_key_arn with the purpose session_manager only",
      params: {
        code: "log_access",
        terraform: (e) => `${e}.purpose == "session_manager" || ${e}.kms_key_arn == null`,
        fix: "Remove kms_key_arn: CloudWatch Logs encrypts the group itself, by the key's own policy.",
        page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
      } satisfies RuleParams,
    }),
);

/** Access of the machines to one group of CloudWatch Logs. */
export type LogGroupEntry = z.output<typeof entries>[string];

/** Rule for a group that the machines' credentials cannot reach. */
const OWN_GROUP = "must be a group of this account, in its own partition";

/**
 * Writing to groups of CloudWatch Logs: the logs of Session Manager and the output of Run Command.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
 */
export const logGroups = {
  name: NAME,
  entries,
  purpose: PURPOSE,
  description: `${PURPOSE}: the logs of Session Manager, the output of Run Command. Key: a label of your own. Off when empty.`,
  title: "Log groups",
  step: "CloudWatch Logs: the logs of Session Manager, the output of Run Command",
  resources: ["aws_iam_policy", "aws_iam_role_policy_attachment"],
  actions: {
    "logs:CreateLogStream": "open log streams",
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
          fix: "Name a group of this account: machines write by the group's name, so never to another account's.",
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
