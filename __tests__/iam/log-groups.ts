import { roleWith } from "./machine";
import type { Pair, Table } from "./pair";
import { arn, elsewhere, keyArn, type Place, stranger } from "./place";

const SESSIONS = "log-group:/ssm/sessions";
const COMMANDS = "log-group:/ssm/commands";
const SESSION_ID = "kms:EncryptionContext:aws:ssm:SessionId";

/** The account's log groups: one for each purpose, that of the sessions with their key. */
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
  const group = arn(place, "logs", name);
  const stream = (of: string) => `${of}:log-stream:mi-0123456789abcdef0`;
  const make = { may: `make a stream in ${name}`, action: "logs:CreateLogStream", resource: stream(group) };
  const write = { may: `write to ${name}`, action: "logs:PutLogEvents", resource: stream(group) };
  const find = { may: `find streams in ${name}`, action: "logs:DescribeLogStreams", resource: group };
  return [
    { ...make, not: { what: "in another group", resource: stream(arn(place, "logs", "log-group:/audit")) } },
    { ...make, not: { what: "delete it", action: "logs:DeleteLogStream" } },
    { ...write, not: { what: "to another group", resource: stream(arn(place, "logs", "log-group:/audit")) } },
    { ...write, not: { what: "to a group named alike", resource: stream(`${group}-2`) } },
    {
      ...write,
      not: { what: "in another region", resource: stream(arn(elsewhere(place), "logs", name)) },
    },
    { ...write, not: { what: "of another account", resource: stream(arn(stranger(place), "logs", name)) } },
    { ...write, not: { what: "read it", action: "logs:GetLogEvents" } },
    { ...find, not: { what: "in another group", resource: arn(place, "logs", "log-group:/audit") } },
    { ...find, not: { what: "search them", action: "logs:FilterLogEvents" } },
    { ...find, not: { what: "delete the group", action: "logs:DeleteLogGroup" } },
    { ...find, not: { what: "change how long logs are kept", action: "logs:PutRetentionPolicy" } },
  ];
}

/** CloudWatch Logs checks the finding of groups on the group without a name, which AWS's reference does not say. */
function finds(place: Place): Pair[] {
  const groups = (of: Place) => arn(of, "logs", "log-group::log-stream:");
  const find = {
    may: "find log groups",
    action: "logs:DescribeLogGroups",
    resource: groups(place),
    unchecked: true,
  } as const;
  return [
    { ...find, not: { what: "in another region", resource: groups(elsewhere(place)) } },
    { ...find, not: { what: "in another account", resource: groups(stranger(place)) } },
    {
      ...find,
      not: { what: "make one", action: "logs:CreateLogGroup", resource: arn(place, "logs", "log-group:/new") },
    },
  ];
}

/** A context key of KMS's has any name behind `kms:EncryptionContext:`, and iam-simulate takes none. */
function decrypts(place: Place): Pair[] {
  const decrypt = {
    may: "decrypt a session",
    action: "kms:Decrypt",
    resource: keyArn(place, "sessions"),
    context: { [SESSION_ID]: "AIDAANN-0123456789abcdef0" },
    unchecked: true,
  } as const;
  return [
    { ...decrypt, not: { what: "anything else", context: {} } },
    { ...decrypt, not: { what: "with another key", resource: keyArn(place, "other") } },
    { ...decrypt, not: { what: "encrypt", action: "kms:Encrypt" } },
  ];
}
