import { CALLERS, encryptionContext, MACHINE_ID } from "../facts/sessions";
import { roleWith } from "./machine";
import { but, need, type Pair, type Table } from "./pair";
import { arn, elsewhere, keyArn, type Place, stranger } from "./place";

const SESSIONS = "log-group:/ssm/sessions";
const COMMANDS = "log-group:/ssm/commands";

/** Log groups of the account: one for each purpose, with a key for the sessions. */
export function logGroupEntries(place: Place) {
  return {
    sessions: {
      log_group_arn: arn(place, "logs", SESSIONS),
      purpose: "session_manager",
      kms_key_arn: keyArn(place, "sessions"),
    },
    commands: { log_group_arn: arn(place, "logs", COMMANDS), purpose: "run_command" },
  };
}

/** Writing the logs of Session Manager and the output of Run Command. */
export const logGroups: Table = {
  name: "log_groups",
  ...roleWith("log_groups"),
  pairs: (place) => [...writes(place, SESSIONS), ...writes(place, COMMANDS), ...finds(place), ...decrypts(place)],
};

function writes(place: Place, name: string): Pair[] {
  const group = (of = place, named = name) => arn(of, "logs", named);
  const stream = (of: string) => `${of}:log-stream:${MACHINE_ID}`;
  const audit = group(place, "log-group:/audit");
  const resource = stream(group());
  return [
    ...but(need(`create a stream in ${name}`, "logs:CreateLogStream", resource), {
      "in another group": { resource: stream(audit) },
      "delete it": { action: "logs:DeleteLogStream" },
    }),
    ...but(need(`write to ${name}`, "logs:PutLogEvents", resource), {
      "to another group": { resource: stream(audit) },
      "to a group with a similar name": { resource: stream(`${group()}-2`) },
      "in another region": { resource: stream(group(elsewhere(place))) },
      "of another account": { resource: stream(group(stranger(place))) },
      "read it": { action: "logs:GetLogEvents" },
    }),
    ...but(need(`find streams in ${name}`, "logs:DescribeLogStreams", group()), {
      "in another group": { resource: audit },
      "search them": { action: "logs:FilterLogEvents" },
      "delete the group": { action: "logs:DeleteLogGroup" },
      "change how long logs are kept": { action: "logs:PutRetentionPolicy" },
    }),
  ];
}

/** CloudWatch Logs checks the search for groups on the group without a name, which AWS's reference does not mention. */
function finds(place: Place): Pair[] {
  const groups = (of: Place) => arn(of, "logs", "log-group::log-stream:");
  return but(need("find log groups", "logs:DescribeLogGroups", groups(place), { unchecked: true }), {
    "in another region": { resource: groups(elsewhere(place)) },
    "in another account": { resource: groups(stranger(place)) },
    "create one": { action: "logs:CreateLogGroup", resource: arn(place, "logs", "log-group:/new") },
  });
}

/** KMS context keys can have any name after `kms:EncryptionContext:`, and iam-simulate accepts none. */
function decrypts(place: Place): Pair[] {
  return CALLERS.flatMap(({ kind, session }) => {
    const ofSession = { context: encryptionContext(session, MACHINE_ID), unchecked: true } as const;
    return but(need(`decrypt a session of ${kind}`, "kms:Decrypt", keyArn(place, "sessions"), ofSession), {
      "anything else": { context: {} },
      "with another key": { resource: keyArn(place, "other") },
      encrypt: { action: "kms:Encrypt" },
    });
  });
}
