import { parseArn } from "../aws/arn";
import type { PolicyDocument, Statement } from "../aws/policy-document";
import type { Feature, GrantedPolicy } from "../features/feature";
import { FEATURES } from "../features/features";
import { SESSION_CONTEXT } from "../features/log-groups-policy";
import { OWN } from "../features/user-access-policy";

/** What IAM actions let one do, where their own name does not say it. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["kms:Decrypt", "decrypt with the key"],
  ["kms:GenerateDataKey", "encrypt with the key"],
  ["sts:AssumeRole", "assume the role"],
  ...FEATURES.flatMap((feature: Feature) => Object.entries(feature.actions ?? {})),
]);

/** One text or several, as a list. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** Joins words as a sentence does: `a, b and c`. */
export function joined(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** An action in words: `read objects`; where there are none, its own name: `describe sessions`. */
export function actionWords(action: string): string {
  const name = action.split(":").at(-1) as string;
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  // Systems Manager calls a machine an instance.
  return (
    ACTIONS.get(action) ?? (action.startsWith("ssm:") ? words.replace(/(managed )?\binstance\b/, "machine") : words)
  );
}

/** Several actions in words, those with the same verb together: `describe commands and sessions`. */
export function actionsWords(actions: readonly string[]): string[] {
  const known = actions.filter((action) => ACTIONS.has(action));
  const objects = new Map<string, string[]>();
  for (const action of actions.filter((action) => !known.includes(action))) {
    const [verb = "", ...object] = actionWords(action).split(" ");
    objects.set(verb, [...(objects.get(verb) ?? []), object.join(" ")]);
  }
  return [...known.map(actionWords), ...[...objects].map(([verb, all]) => `${verb} ${joined(all)}`.trim())];
}

/** A resource in words; an ARN that is not known stays as it is. */
export function resourceWords(resource: string): string {
  if (resource === "*") return "everything in the account";
  const { service, region, accountId, resource: name } = parseArn(resource);
  const where = region === "*" ? "in any region" : `in ${region}`;
  const [, kind = "", id = ""] = /^([^/:]+)[/:](.*)$/.exec(name) ?? [];
  const all = id === "*";
  switch (`${service}:${kind}`) {
    case "ssm:managed-instance":
      return all ? `all machines of the account ${where}` : `the machine ${id} ${where}`;
    case "ssm:document":
      if (all) return accountId === "" ? `AWS's own documents ${where}` : `the account's documents ${where}`;
      return `the document ${id} ${where}`;
    case "ssm:session":
      return id === OWN ? `their own sessions ${where}` : `the session ${id} ${where}`;
    case "logs:log-group":
      return all || id === "*:*" ? `all log groups ${where}` : `the log group ${id.replace(/:\*$/, "")} ${where}`;
    case "iam:role":
      return `the role ${id}`;
    case "kms:key":
      return `the KMS key ${resource}`;
  }
  if (service !== "s3") return resource;
  const { bucket, prefix } = s3Place(resource);
  if (prefix === undefined) return `the bucket ${bucket}`;
  return prefix === "" ? `the whole bucket ${bucket}` : `the bucket ${bucket} below ${prefix}`;
}

/** What an S3 ARN names. */
export interface S3Place {
  readonly bucket: string;
  /** Beginning of the objects' keys, empty for all objects. @default - the bucket itself */
  readonly prefix?: string;
}

/** What an S3 ARN names. */
export function s3Place(arn: string): S3Place {
  const [bucket = "", ...key] = parseArn(arn).resource.split("/");
  return key.length === 0 ? { bucket } : { bucket, prefix: key.join("/").replace(/\*$/, "") };
}

/** The conditions of a statement in words, each to be read after "only". */
export function conditionWords(condition: Statement["Condition"] = {}): string[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => oneCondition(operator, key, listOf(values))),
  );
}

function oneCondition(operator: string, key: string, values: readonly string[]): string {
  const any = joined(values, "or");
  const [, tag] = /^ssm:resourceTag\/(.+)$/.exec(key) ?? [];
  if (/^(StringEquals|StringLike|ArnEquals|ArnLike)$/.test(operator)) {
    if (tag !== undefined) return `on machines whose tag ${tag} is ${any}`;
    if (key === "aws:SourceAccount") return `for account ${any}`;
    if (key === "aws:SourceArn") return sourceWords(values);
    if (key === "kms:ViaService") return `through ${any}`;
    if (key === "iam:PassedToService") return `to ${any}`;
    if (key === SESSION_CONTEXT && any === "*") return "for sessions of Session Manager";
    if (key === SESSION_CONTEXT && any === OWN) return "for their own sessions of Session Manager";
  }
  if (key === "ssm:SessionDocumentAccessCheck" && any === "true") return "with a session document that they may use";
  return `where ${key}${operatorWords(operator)} ${any}`;
}

/** What `aws:SourceArn` stands for: the hybrid activations of some regions. */
function sourceWords(arns: readonly string[]): string {
  const regions = arns.map((arn) => /^arn:[^:]+:ssm:([^:]+):[0-9]{12}:\*$/.exec(arn)?.[1]);
  if (regions.some((region) => region === undefined)) return `for ${joined(arns, "or")}`;
  if (regions.includes("*")) return "for hybrid activations in any region";
  return `for hybrid activations in ${joined(regions as string[], "or")}`;
}

function operatorWords(operator: string): string {
  const name = operator.replace(/IfExists$/, "");
  const ifThere = name === operator ? "" : ", if it is there,";
  const known: Readonly<Record<string, string>> = {
    StringEquals: "is",
    StringNotEquals: "is not",
    StringLike: "matches",
    StringNotLike: "does not match",
    ArnEquals: "matches",
    ArnLike: "matches",
    ArnNotEquals: "does not match",
    ArnNotLike: "does not match",
    Bool: "is",
  };
  return `${ifThere} ${known[name] ?? name}`;
}

/** What a statement lets one do, as the end of a sentence: `read objects: in the bucket a below b/, only through …`. */
export function statementWords(statement: Statement): string {
  const does = actionsWords(listOf(statement.Action)).join("; ");
  const where = joined(resourcesInWords(statement));
  const only = conditionWords(statement.Condition);
  return [`${does}: ${where}`, ...only.map((condition) => `only ${condition}`)].join(", ");
}

/** The resources of a statement in words, each once. */
export function resourcesInWords(statement: Statement): string[] {
  return [...new Set(listOf(statement.Resource).map(resourceWords))];
}

/** Who may assume a role, one sentence a statement. */
export function trustWords({ Statement: statements }: PolicyDocument): string[] {
  const alone = statements.length === 1 ? "Only " : "";
  return statements.map((statement) => `${alone}${oneTrust(statement)}`);
}

/** Who may assume a role by one statement. */
export function oneTrust({ Principal = {}, Action, Condition }: Statement): string {
  const who = joined(Object.entries(Principal).map(([kind, name]) => principalWords(kind, name)));
  const does = joined(listOf(Action).map(actionWords));
  const only = conditionWords(Condition);
  if (only.length === 0) return `${who} may ${does}, on behalf of any AWS account: no condition ties it to this one.`;
  return `${who} may ${does}, and only ${only.join(", ")}.`;
}

function principalWords(kind: string, name: string): string {
  if (kind === "Service" && /^ssm\.amazonaws\.com(\.cn)?$/.test(name)) return `Systems Manager (${name})`;
  if (name === "*") return "anybody";
  return kind === "Service" ? `the service ${name}` : `${kind} ${name}`;
}

/** Who gets a policy that is made for people. */
export function receivers({ groups, roles, users }: GrantedPolicy): string {
  const named = (kind: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${kind}${names.length > 1 ? "s" : ""} ${joined(names)}`];
  const all = [...named("group", groups), ...named("role", roles), ...named("user", users)];
  const who = joined(all) || "whoever the policy is given to elsewhere";
  return `${who.charAt(0).toUpperCase()}${who.slice(1)}`;
}
