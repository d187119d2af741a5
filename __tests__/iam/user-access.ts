import { CALLERS, channelOf, EC2_ID, encryptionContext, MACHINE_ID, NAMESAKE, OWNER_KEY } from "../facts/sessions";
import { machineArn } from "./machine";
import { but, need, otherActions, type Pair, type Table } from "./pair";
import { arn, globalArn, keyArn, own, type Place, ROLE, s3Arn, stranger } from "./place";

const TAGS = { Team: "plant", Site: "north" };

/** One entry for each level. The operator is limited to some machines. */
export function userAccessEntries(place: Place) {
  return {
    reader: { level: "read_only" },
    operator: { level: "operator", node_tags: TAGS, kms_key_arn: keyArn(place, "sessions") },
    administrator: { level: "administrator", kms_key_arn: keyArn(place, "sessions") },
  };
}

/** User who lists and describes. */
export const reader = level("reader", (place) => [...lists(place), ...listsOnly(place)]);

/** User who runs commands and starts sessions on machines with tags. */
export const operator = level("operator", (place) => [
  ...lists(place),
  ...uses(place, tags(TAGS)),
  ...onTaggedMachines(place),
  ...operatesOnly(place),
]);

/** User who also creates activations, only for the service role, and uses all machines. */
export const administrator = level("administrator", (place) => [
  ...lists(place),
  ...uses(place, {}),
  ...follows(place),
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

/** Requests that every level allows, with neighbors that none allows. */
function lists(place: Place): Pair[] {
  const node = machineArn(place);
  const parameter = arn(place, "ssm", "parameter/app/password");
  const document = arn(place, "ssm", "document/New");
  const output = s3Arn(place, own(place, "output/run-command/a"));
  const tier = arn(place, "ssm", "servicesetting/ssm/managed-instance/activation-tier");
  const ofOneMachine = ["DescribeInstanceAssociationsStatus", "DescribeInstancePatchStates", "DescribeInstancePatches"];
  const pairs = otherActions(`
    see machines | ssm:DescribeInstanceInformation | * | EC2 instances | ec2:DescribeInstances
    see machines' properties | ssm:DescribeInstanceProperties | * | their inventory's contents | ssm:GetInventory
    see activations | ssm:DescribeActivations | * | parameters | ssm:DescribeParameters
    see commands | ssm:ListCommands | * | a parameter's value | ssm:GetParameter | ${parameter}
    see that there are commands | ssm:ListCommands | * | the output in S3 | s3:GetObject | ${output}
    see sessions | ssm:DescribeSessions | * | a parameter's history | ssm:GetParameterHistory | ${parameter}
    see associations | ssm:ListAssociations | * | all parameters' values | ssm:GetParametersByPath | ${parameter}
    see documents | ssm:ListDocuments | * | create one | ssm:CreateDocument | ${document}
    see associations' state | ssm:DescribeInstanceAssociationsStatus | ${node} | create one | ssm:CreateAssociation
    see patch states | ssm:DescribeInstancePatchStates | ${node} | create a baseline | ssm:CreatePatchBaseline | *
    see patches | ssm:DescribeInstancePatches | ${node} | change a parameter | ssm:PutParameter | ${parameter}
    see compliance | ssm:ListComplianceItems | * | report it | ssm:PutComplianceItems | ${node}
    see compliance in short | ssm:ListResourceComplianceSummaries | * | turn on the paid tier | ssm:UpdateServiceSetting | ${tier}
    see inventory | ssm:ListInventoryEntries | * | delete it | ssm:DeleteInventory
    see a machine's tags | ssm:ListTagsForResource | ${node} | roles | iam:ListRoles | *
  `);
  return [
    ...pairs,
    ...ofOneMachine.flatMap((action) =>
      but(need(`${action} of a machine`, `ssm:${action}`, node), {
        "of another account's": { resource: machineArn(stranger(place)) },
        "of an EC2 instance": { resource: arn(place, "ec2", `instance/${EC2_ID}`) },
      }),
    ),
    ...but(need("see a machine's tags", "ssm:ListTagsForResource", node), {
      "another account's": { resource: machineArn(stranger(place)) },
      "a parameter's": { resource: parameter },
      "a document's": { resource: document },
    }),
  ];
}

/** Requests that a reader may not make, but others may. */
function listsOnly(place: Place): Pair[] {
  return but(need("see a machine's tags", "ssm:ListTagsForResource", machineArn(place)), {
    "run a command on it": { action: "ssm:SendCommand" },
    "start a session on it": { action: "ssm:StartSession" },
    "change them": { action: "ssm:AddTagsToResource" },
    "remove the machine": { action: "ssm:DeregisterManagedInstance" },
    "read the output of a command": { action: "ssm:GetCommandInvocation", resource: "*" },
    "read the output of commands": { action: "ssm:ListCommandInvocations", resource: "*" },
    "create an activation": { action: "ssm:CreateActivation", resource: "*" },
  });
}

/** Actions of operators and administrators on machines. `context` contains the tags of a machine that they may use. */
function uses(place: Place, context: Record<string, string>): Pair[] {
  return [
    ...["ssm:GetConnectionStatus", "ssm:SendCommand", "ssm:StartSession"].flatMap((action) =>
      onMachines(place, action, context),
    ),
    ...withDocuments(place),
    ...inShells(place),
    ...inOwnSessions(place),
    ...sendsOutput(place),
  ];
}

function onMachines(place: Place, action: string, context: Record<string, string>): Pair[] {
  return but(need(`${action} on a machine`, action, machineArn(place), { context }), {
    "on one of another account": { resource: machineArn(stranger(place)) },
    "on an EC2 instance": { resource: arn(place, "ec2", `instance/${EC2_ID}`) },
    "create an association with it": { action: "ssm:CreateAssociation", context: {} },
  });
}

function withDocuments(place: Place): Pair[] {
  const theirs = arn(stranger(place), "ssm", "document/Shared");
  const ofAws = ofAwsArn(place, "AWS-RunShellScript");
  return ["ssm:SendCommand", "ssm:GetDocument", "ssm:DescribeDocument"].flatMap((action) => [
    ...but(need(`${action} with a document`, action, arn(place, "ssm", "document/Restart")), {
      "that another account shares": { resource: theirs },
      "change it": { action: "ssm:UpdateDocument" },
    }),
    ...but(need(`${action} with a document of AWS`, action, ofAws, { unchecked: true }), {
      "share it": { action: "ssm:ModifyDocumentPermission" },
    }),
  ]);
}

/** The ARNs of AWS's own documents have no account, which AWS's reference does not mention. */
function ofAwsArn(place: Place, name: string): string {
  return arn({ ...place, account: "" }, "ssm", `document/${name}`);
}

function inShells(place: Place): Pair[] {
  const shell = "document/SSM-SessionManagerRunShell";
  const tunnel = ofAwsArn(place, "AWS-StartPortForwardingSessionToRemoteHost");
  const check = (passed: string) => ({ "ssm:SessionDocumentAccessCheck": passed });
  const past = { resource: machineArn(place), context: { ...tags(TAGS), ...check("false") } };
  return but(need("start a shell", "ssm:StartSession", arn(place, "ssm", shell), { context: check("true") }), {
    "a tunnel": { resource: tunnel, unchecked: true },
    "with the account's own document": { resource: arn(place, "ssm", "document/Restart") },
    "with another account's document": { resource: arn(stranger(place), "ssm", shell) },
    "change what all shells do": { action: "ssm:UpdateDocument", context: {} },
    "on a machine, without the document check": past,
  });
}

/**
 * AWS's reference does not list that a channel is checked on its session, and iam-simulate accepts no `kms:EncryptionContext:…`.
 */
function inOwnSessions(place: Place): Pair[] {
  const key = keyArn(place, "sessions");
  const session = (id: string, of = place) => arn(of, "ssm", `session/${id}`);
  const startedBy = (userid: string) => ({ [OWNER_KEY]: userid });
  return CALLERS.flatMap(({ kind, principal, userid, session: id }) => {
    const as = { by: globalArn(place, principal.service, principal.name) };
    const mine = { ...as, context: { "aws:userid": userid, ...startedBy(userid) } };
    const channel = { ...as, context: { "aws:userid": userid }, unchecked: true } as const;
    const encrypts = (target: string) => ({
      ...as,
      context: { "aws:userid": userid, ...encryptionContext(id, target) },
      unchecked: true as const,
    });
    return [
      ...["ssm:TerminateSession", "ssm:ResumeSession"].flatMap((action) =>
        but(need(`as ${kind}: ${action} of the user's own`, action, session(id), mine), {
          "of another user": { context: { "aws:userid": userid, ...startedBy("AIDAANN") } },
          "of a user whose name has the same prefix": {
            resource: session(NAMESAKE.session),
            context: { "aws:userid": userid, ...startedBy(NAMESAKE.userid) },
          },
          "in another account": { resource: session(id, stranger(place)) },
        }),
      ),
      ...but(need(`as ${kind}: use its channel`, "ssmmessages:OpenDataChannel", session(channelOf(userid)), channel), {
        "another's": { resource: session(channelOf("AIDAANN")) },
        "that of a user whose name has the same prefix": { resource: session(channelOf(`${userid}-b`)) },
        "in another account": { resource: session(channelOf(userid), stranger(place)) },
        "the machine's end": { action: "ssmmessages:CreateDataChannel" },
      }),
      ...but(need(`as ${kind}: encrypt a session`, "kms:GenerateDataKey", key, encrypts(MACHINE_ID)), {
        "with an EC2 instance": encrypts(EC2_ID),
        "anything else": { context: { "aws:userid": userid } },
        "with another key": { resource: keyArn(place, "other") },
        "decrypt one": { action: "kms:Decrypt" },
      }),
    ];
  });
}

/** Actions that AWS cannot limit to some machines, so an operator with tags does not get them. */
const FOLLOWING = {
  "read a command's output": "ssm:GetCommandInvocation",
  "read all commands' output": "ssm:ListCommandInvocations",
  "cancel a command": "ssm:CancelCommand",
};

function follows(place: Place): Pair[] {
  return otherActions(`
    read a command's output | ${FOLLOWING["read a command's output"]} | * | delete a parameter | ssm:DeleteParameter | ${arn(place, "ssm", "parameter/a")}
    read all commands' output | ${FOLLOWING["read all commands' output"]} | * | see parameters | ssm:DescribeParameters
    cancel a command | ${FOLLOWING["cancel a command"]} | * | create a maintenance window | ssm:CreateMaintenanceWindow
  `);
}

function sendsOutput(place: Place): Pair[] {
  return but(need("send output to its bucket", "ssm:SendCommand", s3Arn(place, own(place, "output"))), {
    "to a bucket for something else": { resource: s3Arn(place, own(place, "sessions")) },
    "list it": { action: "s3:ListBucket" },
  });
}

/** Requests for machines that must have all tags. */
function onTaggedMachines(place: Place): Pair[] {
  const node = machineArn(place);
  return ["ssm:GetConnectionStatus", "ssm:SendCommand", "ssm:StartSession"].flatMap((action) =>
    but(need(`${action} on a machine of the team`, action, node, { context: tags(TAGS) }), {
      "on one without tags": { context: {} },
      "on one of another team": { context: tags({ ...TAGS, Team: "office" }) },
      "on one elsewhere": { context: tags({ ...TAGS, Site: "south" }) },
      "on one with only one of the tags": { context: tags({ Team: TAGS.Team }) },
    }),
  );
}

/** Requests that an operator may not make, but an administrator may. */
function operatesOnly(place: Place): Pair[] {
  return but(need("run a command on a machine", "ssm:SendCommand", machineArn(place), { context: tags(TAGS) }), {
    ...Object.fromEntries(
      Object.entries(FOLLOWING).map(([what, action]) => [what, { action, resource: "*", context: {} }]),
    ),
    "remove it": { action: "ssm:DeregisterManagedInstance" },
    "tag it": { action: "ssm:AddTagsToResource", context: {} },
    "remove its tags": { action: "ssm:RemoveTagsFromResource", context: {} },
    "assign another role to it": { action: "ssm:UpdateManagedInstanceRole" },
    "create an activation": { action: "ssm:CreateActivation", resource: "*", context: {} },
    "delete an activation": { action: "ssm:DeleteActivation", resource: "*", context: {} },
    "pass the role": { action: "iam:PassRole", resource: role(place), context: {} },
  });
}

function role(place: Place, name = ROLE.name): string {
  return globalArn(place, "iam", `role${ROLE.path}${name}`);
}

function activates(place: Place): Pair[] {
  const passes = place.dnsSuffixes.flatMap((suffix): Pair[] => {
    const to = (service: string) => ({ context: { "iam:PassedToService": `${service}.${suffix}` } });
    return but(need("pass the service role to Systems Manager", "iam:PassRole", role(place), to("ssm")), {
      "another role": { resource: role(place, "Admin") },
      "a role with a similar name": { resource: role(place, `${ROLE.name}Admin`) },
      "another account's": { resource: role(stranger(place)) },
      "to EC2": to("ec2"),
      "attach a policy to it": { action: "iam:AttachRolePolicy", context: {} },
      "change its trust": { action: "iam:UpdateAssumeRolePolicy", context: {} },
    });
  });
  const activations = otherActions(`
    create an activation | ssm:CreateActivation | * | a role | iam:CreateRole | ${role(place, "New")}
    delete an activation | ssm:DeleteActivation | * | delete the role | iam:DeleteRole | ${role(place)}
  `);
  return [...passes, ...activations];
}

function manages(place: Place): Pair[] {
  const node = machineArn(place);
  const parameter = arn(place, "ssm", "parameter/a");
  const otherMachine = (action: string) =>
    but(need(`${action} of a machine`, `ssm:${action}`, node), {
      "of another account": { resource: machineArn(stranger(place)) },
    });
  return [
    ...otherMachine("AddTagsToResource"),
    ...otherMachine("RemoveTagsFromResource"),
    ...otherMachine("DeregisterManagedInstance"),
    ...otherMachine("UpdateManagedInstanceRole"),
    ...but(need("tag a machine", "ssm:AddTagsToResource", node), { "a parameter": { resource: parameter } }),
    ...but(need("assign the service role to a machine", "ssm:UpdateManagedInstanceRole", role(place)), {
      "another role": { resource: role(place, "Admin") },
      "add a policy to it": { action: "iam:PutRolePolicy" },
    }),
  ];
}
