import { MACHINE } from "./machine";
import type { Pair, Request, Table } from "./pair";
import { arn, globalArn, keyArn, own, type Place, ROLE, s3Arn, stranger } from "./place";

const TAGS = { Team: "plant", Site: "north" };

/** One entry for each level, the operator limited to some machines. */
export function userAccessEntries(place: Place) {
  return {
    reader: { level: "read_only" },
    operator: { level: "operator", node_tags: TAGS, kms_key_arn: keyArn(place, "sessions") },
    administrator: { level: "administrator", kms_key_arn: keyArn(place, "sessions") },
  };
}

/** Who lists and describes. */
export const reader = level("reader", (place) => [...lists(place), ...listsOnly(place)]);

/** Who runs commands and starts sessions on machines with tags. */
export const operator = level("operator", (place) => [
  ...lists(place),
  ...uses(place, tags(TAGS)),
  ...onTaggedMachines(place),
  ...operatesOnly(place),
]);

/** Who makes activations as well, for the service role alone, and has all machines. */
export const administrator = level("administrator", (place) => [
  ...lists(place),
  ...uses(place, {}),
  ...activates(place),
  ...manages(place),
]);

function level(label: string, pairs: Table["pairs"]): Table {
  return {
    name: `user_access: ${label}`,
    who: (place) => globalArn(place, "iam", `user/${label}`),
    documents: ({ userAccess }) => {
      const document = userAccess[label];
      return document ? [{ document, ours: true }] : [];
    },
    pairs,
  };
}

function tags(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`ssm:resourceTag/${key}`, value]));
}

/** What every level has, beside what none has. */
function lists(place: Place): Pair[] {
  const node = arn(place, "ssm", MACHINE);
  const parameter = arn(place, "ssm", "parameter/app/password");
  const list = (may: string, action: string, what: string, not: Partial<Request>): Pair => ({
    may,
    action: `ssm:${action}`,
    resource: "*",
    not: { what, ...not },
  });
  return [
    list("see machines", "DescribeInstanceInformation", "EC2's", { action: "ec2:DescribeInstances" }),
    list("see machines' properties", "DescribeInstanceProperties", "their inventory's contents", {
      action: "ssm:GetInventory",
    }),
    list("see activations", "DescribeActivations", "parameters", { action: "ssm:DescribeParameters" }),
    list("see commands", "ListCommands", "a parameter's value", { action: "ssm:GetParameter", resource: parameter }),
    list("see commands' results", "ListCommandInvocations", "the output in S3", {
      action: "s3:GetObject",
      resource: s3Arn(place, own(place, "output/run-command/a")),
    }),
    list("see sessions", "DescribeSessions", "a parameter's past", {
      action: "ssm:GetParameterHistory",
      resource: parameter,
    }),
    list("see associations", "ListAssociations", "all parameters' values", {
      action: "ssm:GetParametersByPath",
      resource: parameter,
    }),
    list("see documents", "ListDocuments", "make one", {
      action: "ssm:CreateDocument",
      resource: arn(place, "ssm", "document/New"),
    }),
    {
      ...list("see associations' state", "DescribeInstanceAssociationsStatus", "make one", {
        action: "ssm:CreateAssociation",
      }),
      resource: node,
    },
    list("see patch states", "DescribeInstancePatchStates", "make a baseline", { action: "ssm:CreatePatchBaseline" }),
    list("see patches", "DescribeInstancePatches", "change a parameter", {
      action: "ssm:PutParameter",
      resource: parameter,
    }),
    list("see compliance", "ListComplianceItems", "report it", { action: "ssm:PutComplianceItems", resource: node }),
    list("see compliance in short", "ListResourceComplianceSummaries", "turn on the paid tier", {
      action: "ssm:UpdateServiceSetting",
      resource: arn(place, "ssm", "servicesetting/ssm/managed-instance/activation-tier"),
    }),
    list("see inventory", "ListInventoryEntries", "delete it", { action: "ssm:DeleteInventory" }),
    {
      ...list("see a machine's tags", "ListTagsForResource", "roles", { action: "iam:ListRoles", resource: "*" }),
      resource: node,
    },
  ];
}

/** What a reader has not, and others have. */
function listsOnly(place: Place): Pair[] {
  const node = arn(place, "ssm", MACHINE);
  const see = { may: "see a machine's tags", action: "ssm:ListTagsForResource", resource: node };
  return [
    { ...see, not: { what: "run a command on it", action: "ssm:SendCommand" } },
    { ...see, not: { what: "start a session on it", action: "ssm:StartSession" } },
    { ...see, not: { what: "change them", action: "ssm:AddTagsToResource" } },
    { ...see, not: { what: "remove the machine", action: "ssm:DeregisterManagedInstance" } },
    { ...see, not: { what: "read the output of a command", action: "ssm:GetCommandInvocation", resource: "*" } },
    { ...see, not: { what: "make an activation", action: "ssm:CreateActivation", resource: "*" } },
  ];
}

/** What operators and administrators do with machines; `context` are the tags of one that they may use. */
function uses(place: Place, context: Record<string, string>): Pair[] {
  return [
    ...["ssm:SendCommand", "ssm:StartSession"].flatMap((action) => onMachines(place, action, context)),
    ...withDocuments(place),
    ...inShells(place),
    ...inOwnSessions(place),
    ...follows(place),
  ];
}

function onMachines(place: Place, action: string, context: Record<string, string>): Pair[] {
  const on = { may: `${action} on a machine`, action, resource: arn(place, "ssm", MACHINE), context };
  return [
    { ...on, not: { what: "on one of another account", resource: arn(stranger(place), "ssm", MACHINE) } },
    { ...on, not: { what: "on one of EC2", resource: arn(place, "ec2", "instance/i-0123456789abcdef0") } },
    { ...on, not: { what: "make an association with it", action: "ssm:CreateAssociation", context: {} } },
  ];
}

function withDocuments(place: Place): Pair[] {
  const theirs = arn(stranger(place), "ssm", "document/Shared");
  return ["ssm:SendCommand", "ssm:GetDocument", "ssm:DescribeDocument"].flatMap((action): Pair[] => {
    const use = { may: `${action} with a document`, action, resource: arn(place, "ssm", "document/Restart") };
    const ofAws = {
      ...use,
      may: `${action} with a document of AWS's`,
      resource: ofAwsArn(place, "AWS-RunShellScript"),
    };
    return [
      { ...use, not: { what: "that another account shares", resource: theirs } },
      { ...use, not: { what: "change it", action: "ssm:UpdateDocument" } },
      { ...ofAws, unchecked: true, not: { what: "share it", action: "ssm:ModifyDocumentPermission" } },
    ];
  });
}

/** AWS's own documents have no account in their ARN, which AWS's reference does not say. */
function ofAwsArn({ partition, region }: Place, name: string): string {
  return `arn:${partition}:ssm:${region}::document/${name}`;
}

function inShells(place: Place): Pair[] {
  const shell = "document/SSM-SessionManagerRunShell";
  const start = {
    may: "start a shell",
    action: "ssm:StartSession",
    resource: arn(place, "ssm", shell),
    context: { "ssm:SessionDocumentAccessCheck": "true" },
  };
  return [
    {
      ...start,
      not: {
        what: "a tunnel",
        resource: ofAwsArn(place, "AWS-StartPortForwardingSessionToRemoteHost"),
        unchecked: true,
      },
    },
    { ...start, not: { what: "by a document of one's own", resource: arn(place, "ssm", "document/Restart") } },
    { ...start, not: { what: "by another account's document", resource: arn(stranger(place), "ssm", shell) } },
    { ...start, not: { what: "change what all shells do", action: "ssm:UpdateDocument", context: {} } },
    {
      ...start,
      not: {
        what: "on a machine, past the document",
        resource: arn(place, "ssm", MACHINE),
        context: { ...tags(TAGS), "ssm:SessionDocumentAccessCheck": "false" },
      },
    },
  ];
}

/**
 * A session's id begins with its owner's user id. AWS's reference does not list that a channel is checked on its session, and
 * iam-simulate takes no `kms:EncryptionContext:…`.
 */
function inOwnSessions(place: Place): Pair[] {
  const context = { "aws:userid": "AIDABEN" };
  const session = (owner: string, of = place) => arn(of, "ssm", `session/${owner}-0123456789abcdef0`);
  const key = {
    may: "encrypt a session",
    action: "kms:GenerateDataKey",
    resource: keyArn(place, "sessions"),
    context: { ...context, "kms:EncryptionContext:aws:ssm:SessionId": "AIDABEN-0123456789abcdef0" },
    unchecked: true,
  } as const;
  const another = { ...context, "kms:EncryptionContext:aws:ssm:SessionId": "AIDAANN-0123456789abcdef0" };
  const channel = { may: "use its channel", action: "ssmmessages:OpenDataChannel", unchecked: true } as const;
  return [
    ...["ssm:TerminateSession", "ssm:ResumeSession"].flatMap((action): Pair[] => {
      const own = { may: `${action} of one's own`, action, resource: session("AIDABEN"), context };
      return [
        { ...own, not: { what: "of another person", resource: session("AIDAANN") } },
        { ...own, not: { what: "of a person whose id begins alike", resource: session("AIDABENNO") } },
        { ...own, not: { what: "in another account", resource: session("AIDABEN", stranger(place)) } },
      ];
    }),
    { ...channel, resource: session("AIDABEN"), context, not: { what: "another's", resource: session("AIDAANN") } },
    {
      ...channel,
      resource: session("AIDABEN"),
      context,
      not: { what: "the machine's end", action: "ssmmessages:CreateDataChannel" },
    },
    { ...key, not: { what: "another's", context: another } },
    { ...key, not: { what: "anything else", context } },
    { ...key, not: { what: "with another key", resource: keyArn(place, "other") } },
    { ...key, not: { what: "decrypt one", action: "kms:Decrypt" } },
  ];
}

function follows(place: Place): Pair[] {
  const node = arn(place, "ssm", MACHINE);
  const bucket = s3Arn(place, own(place, "output"));
  const output = { may: "send output to its bucket", action: "ssm:SendCommand", resource: bucket };
  return [
    {
      may: "read a command's output",
      action: "ssm:GetCommandInvocation",
      resource: "*",
      not: { what: "delete a parameter", action: "ssm:DeleteParameter", resource: arn(place, "ssm", "parameter/a") },
    },
    {
      may: "cancel a command",
      action: "ssm:CancelCommand",
      resource: "*",
      not: { what: "make a maintenance window", action: "ssm:CreateMaintenanceWindow" },
    },
    {
      may: "see whether a machine can be reached",
      action: "ssm:GetConnectionStatus",
      resource: node,
      not: { what: "tell it in its stead", action: "ssm:UpdateInstanceInformation" },
    },
    { ...output, not: { what: "to a bucket for something else", resource: s3Arn(place, own(place, "sessions")) } },
    { ...output, not: { what: "list it", action: "s3:ListBucket" } },
  ];
}

/** The tags that a machine must have, all of them. */
function onTaggedMachines(place: Place): Pair[] {
  return ["ssm:SendCommand", "ssm:StartSession"].flatMap((action) => {
    const on = {
      may: `${action} on a machine of the team`,
      action,
      resource: arn(place, "ssm", MACHINE),
      context: tags(TAGS),
    };
    return [
      { ...on, not: { what: "on one without tags", context: {} } },
      { ...on, not: { what: "on one of another team", context: tags({ ...TAGS, Team: "office" }) } },
      { ...on, not: { what: "on one elsewhere", context: tags({ ...TAGS, Site: "south" }) } },
      { ...on, not: { what: "on one with one tag alone", context: tags({ Team: TAGS.Team }) } },
    ];
  });
}

/** What an operator has not, and an administrator has. */
function operatesOnly(place: Place): Pair[] {
  const context = tags(TAGS);
  const on = {
    may: "run a command on a machine",
    action: "ssm:SendCommand",
    resource: arn(place, "ssm", MACHINE),
    context,
  };
  const role = globalArn(place, "iam", `role${ROLE.path}${ROLE.name}`);
  return [
    { ...on, not: { what: "remove it", action: "ssm:DeregisterManagedInstance" } },
    { ...on, not: { what: "tag it", action: "ssm:AddTagsToResource", context: {} } },
    { ...on, not: { what: "take its tags", action: "ssm:RemoveTagsFromResource", context: {} } },
    { ...on, not: { what: "give it another role", action: "ssm:UpdateManagedInstanceRole" } },
    { ...on, not: { what: "make an activation", action: "ssm:CreateActivation", resource: "*", context: {} } },
    { ...on, not: { what: "end an activation", action: "ssm:DeleteActivation", resource: "*", context: {} } },
    { ...on, not: { what: "pass the role", action: "iam:PassRole", resource: role, context: {} } },
  ];
}

function activates(place: Place): Pair[] {
  const role = (name: string, of = place) => globalArn(of, "iam", `role${ROLE.path}${name}`);
  const create = { may: "make an activation", action: "ssm:CreateActivation", resource: "*" };
  const passes = place.dnsSuffixes.flatMap((suffix): Pair[] => {
    const pass = {
      may: "pass the service role to Systems Manager",
      action: "iam:PassRole",
      resource: role(ROLE.name),
      context: { "iam:PassedToService": `ssm.${suffix}` },
    };
    return [
      { ...pass, not: { what: "another role", resource: role("Admin") } },
      { ...pass, not: { what: "a role named alike", resource: role(`${ROLE.name}Admin`) } },
      { ...pass, not: { what: "another account's", resource: role(ROLE.name, stranger(place)) } },
      { ...pass, not: { what: "to EC2", context: { "iam:PassedToService": `ec2.${suffix}` } } },
      { ...pass, not: { what: "attach a policy to it", action: "iam:AttachRolePolicy", context: {} } },
      { ...pass, not: { what: "change its trust", action: "iam:UpdateAssumeRolePolicy", context: {} } },
    ];
  });
  return [
    ...passes,
    { ...create, not: { what: "a role", action: "iam:CreateRole", resource: role("New") } },
    {
      ...create,
      action: "ssm:DeleteActivation",
      may: "end an activation",
      not: { what: "delete the role", action: "iam:DeleteRole", resource: role(ROLE.name) },
    },
  ];
}

function manages(place: Place): Pair[] {
  const role = (name: string) => globalArn(place, "iam", `role${ROLE.path}${name}`);
  const actions = [
    "AddTagsToResource",
    "RemoveTagsFromResource",
    "DeregisterManagedInstance",
    "UpdateManagedInstanceRole",
  ];
  const give = {
    may: "give a machine the service role",
    action: "ssm:UpdateManagedInstanceRole",
    resource: role(ROLE.name),
  };
  const tag = { may: "tag a machine", action: "ssm:AddTagsToResource", resource: arn(place, "ssm", MACHINE) };
  return [
    ...actions.map((action) => ({
      may: `${action} of a machine`,
      action: `ssm:${action}`,
      resource: arn(place, "ssm", MACHINE),
      not: { what: "of another account", resource: arn(stranger(place), "ssm", MACHINE) },
    })),
    { ...tag, not: { what: "a parameter", resource: arn(place, "ssm", "parameter/a") } },
    { ...give, not: { what: "another role", resource: role("Admin") } },
    { ...give, not: { what: "open it", action: "iam:PutRolePolicy" } },
  ];
}
