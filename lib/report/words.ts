import { parseArn } from "../aws/arn";
import type { PolicyDocument, Statement } from "../aws/policy-document";
import type { Feature, GrantedPolicy } from "../features/feature";
import { FEATURES } from "../features/features";
import { SESSION_CONTEXT } from "../features/log-groups-policy";
import { CALLER, OWNER, TARGET } from "../features/user-access-policy";
import { capital } from "../input/names";

/** Descriptions of IAM actions whose names are not clear enough. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["kms:Decrypt", "decrypt with the key"],
  ["kms:GenerateDataKey", "encrypt with the key"],
  ["sts:AssumeRole", "assume the role"],
  ...FEATURES.flatMap((feature: Feature) => Object.entries(feature.actions ?? {})),
]);

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ...["StringEquals", "Bool"].map((name) => [name, "is"] as const),
  ...["StringLike", "ArnEquals", "ArnLike"].map((name) => [name, "matches"] as const),
  ...["StringNotLike", "ArnNotEquals", "ArnNotLike"].map((name) => [name, "does not match"] as const),
  ["StringNotEquals", "is not"],
]);

export function listOf(value: string | readonly string[] = []): readonly string[] {
  return [value].flat();
}

/** Joins words as in a sentence: `a, b and c`. */
export function joined(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** Returns an action's description. Without one, returns the words of its name: `describe sessions`. */
function actionWords(action: string): string {
  const name = action.replace(/^.*:/, "");
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  // Systems Manager calls a machine an instance.
  const ownName = action.startsWith("ssm:") ? words.replace(/(managed )?\binstance\b/, "machine") : words;
  return ACTIONS.get(action) ?? ownName;
}

/** Returns actions in words, grouped by verb: `describe commands and sessions`. */
export function actionsWords(actions: readonly string[]): string[] {
  const objects = new Map<string, string[]>();
  for (const action of actions.filter((action) => !ACTIONS.has(action))) {
    const [verb = "", ...object] = actionWords(action).split(" ");
    objects.set(verb, [...(objects.get(verb) ?? []), object.join(" ")]);
  }
  const known = actions.flatMap((action) => ACTIONS.get(action) ?? []);
  return [...known, ...[...objects].map(([verb, all]) => `${verb} ${joined(all)}`.trim())];
}

/** Returns a resource in words. An unknown ARN is returned unchanged. */
export function resourceWords(resource: string): string {
  if (resource === "*") return "all resources of the account";
  const { service, region, accountId, resource: name } = parseArn(resource);
  if (service === "s3") {
    const { bucket, prefix } = s3Place(resource);
    if (prefix === undefined) return `the bucket ${bucket}`;
    return prefix === "" ? `the whole bucket ${bucket}` : `the prefix ${prefix} of the bucket ${bucket}`;
  }
  const [, kind, id = ""] = /^([^/:]+)[/:](.*)$/.exec(name) ?? [];
  const where = region === "*" ? "in any region" : `in ${region}`;
  const named = (all: string, one: string) =>
    `${/^\*(:\*)?$/.test(id) ? all : `the ${one} ${id.replace(/:\*$/, "")}`} ${where}`;
  switch (`${service}:${kind}`) {
    case "ssm:managed-instance":
      return named("all machines of the account", "machine");
    case "ssm:document":
      return named(accountId === "" ? "AWS's documents" : "the account's documents", "document");
    case "ssm:session":
      return sessionWords(id, where) ?? named("all sessions", "session");
    case "logs:log-group":
      return named("all log groups", "log group");
    case "iam:role":
      return `the role ${id}`;
    case "kms:key":
      return `the KMS key ${resource}`;
    default:
      return resource;
  }
}

/** Returns words for sessions that are identified by the ID of the user who started them. */
function sessionWords(id: string, where: string): string | undefined {
  if (id === `${CALLER}-*`) return `their own sessions ${where}`;
  return id === `${CALLER}-*-*`
    ? `the sessions of others whose name begins with theirs and a hyphen, ${where}`
    : undefined;
}

/** Returns the bucket of an S3 ARN, with the prefix if the ARN is of objects. An empty prefix means all objects. */
export function s3Place(arn: string): { readonly bucket: string; readonly prefix?: string } {
  const [bucket = "", ...key] = parseArn(arn).resource.split("/");
  return key.length === 0 ? { bucket } : { bucket, prefix: key.join("/").replace(/\*$/, "") };
}

/** Returns a statement's conditions in words. Each one follows "only". */
export function conditionWords(conditions: Statement["Condition"] = {}): string[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => oneCondition(operator, key, listOf(values))),
  );
}

function oneCondition(operator: string, key: string, values: readonly string[]): string {
  const any = joined(values, "or");
  if (/^(String|Arn)(Equals|Like)$/.test(operator)) {
    if (key === OWNER && any === CALLER) return "sessions that they started";
    if (key === TARGET && any === "mi-*") return "for sessions on machines outside AWS";
    if (key === "s3:prefix") return `under ${any.replace(/[*]$/, "")}`;
    const [, tag] = /^ssm:resourceTag\/(.+)$/.exec(key) ?? [];
    if (tag !== undefined) return `on machines whose tag ${tag} is ${any}`;
    if (key === "aws:SourceAccount") return `for account ${any}`;
    if (key === "aws:SourceArn") return sourceWords(values);
    if (key === "kms:ViaService") return `through ${any}`;
    if (key === "iam:PassedToService") return `to ${any}`;
    if (key === SESSION_CONTEXT && any === "*") return "for Session Manager sessions";
  }
  if (key === "ssm:SessionDocumentAccessCheck" && any === "true") return "with a session document that they can use";
  const name = operator.replace(/IfExists$/, "");
  const ifPresent = name === operator ? "" : ", if present,";
  return `if ${key}${ifPresent} ${OPERATORS.get(name) ?? name} ${any}`;
}

/** Returns words for `aws:SourceArn`: the hybrid activations of some regions. */
function sourceWords(arns: readonly string[]): string {
  const regions = arns.flatMap((arn) => /^arn:[^:]+:ssm:([^:]+):[0-9]{12}:\*$/.exec(arn)?.[1] ?? []);
  if (regions.length < arns.length) return `for ${joined(arns, "or")}`;
  return `for hybrid activations in ${regions.includes("*") ? "any region" : joined(regions, "or")}`;
}

/** Returns what a statement allows or denies, its resources without duplicates, and its conditions. */
export function statementParts({ Effect, Action, Resource, Condition }: Statement) {
  return {
    does: `${Effect === "Deny" ? "never " : ""}${actionsWords(listOf(Action)).join("; ")}`,
    resources: [...new Set(listOf(Resource).map(resourceWords))],
    only: conditionWords(Condition).map((condition) => `only ${condition}`),
  };
}

/** Returns what a statement allows, as the end of a sentence: `read objects: the prefix b/ of the bucket a, only …`. */
export function statementWords(statement: Statement): string {
  const { does, resources, only } = statementParts(statement);
  return [`${does}: ${joined(resources)}`, ...only].join(", ");
}

/** Returns who can assume a role, one sentence for each statement. */
export function trustWords({ Statement: statements }: PolicyDocument): string[] {
  const alone = statements.length === 1 ? "Only " : "";
  return statements.map((statement) => `${alone}${oneTrust(statement)}`);
}

export function oneTrust({ Principal = {}, Action, Condition }: Statement): string {
  const who = joined(Object.entries(Principal).map(([kind, name]) => principalWords(kind, name)));
  const does = joined(listOf(Action).map(actionWords));
  const only = conditionWords(Condition).join(", ");
  return `${who} can ${does}, ${only ? `and only ${only}` : "on behalf of any AWS account: no condition limits it to this one"}.`;
}

function principalWords(kind: string, name: string): string {
  if (kind === "Service" && /^ssm\.amazonaws\.com(\.cn)?$/.test(name)) return `Systems Manager (${name})`;
  if (name === "*") return "anyone";
  return kind === "Service" ? `the service ${name}` : `${kind} ${name}`;
}

/** Returns the groups, roles and users that get a policy. */
export function receivers({ groups, roles, users }: GrantedPolicy): string {
  const named = Object.entries({ group: groups, role: roles, user: users })
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind}${names.length > 1 ? "s" : ""} ${joined(names)}`);
  return capital(joined(named) || "anyone who gets the policy elsewhere");
}
