import { serviceNames } from "../aws/partitions";
import type { PolicyDocument, Statement } from "../aws/policy-document";
import { SESSION_CONTEXT } from "./log-groups-policy";

/** How much of Systems Manager a person may use; each level has all of the one before. */
export const ACCESS_LEVELS = ["read_only", "operator", "administrator"] as const;

/** What a person gets. */
export interface UserAccess {
  readonly level: (typeof ACCESS_LEVELS)[number];
  /** Tags that a machine must have, all of them; empty for all machines. */
  readonly node_tags: Readonly<Record<string, string>>;
  /** Key that encrypts the sessions. */
  readonly kms_key_arn?: string | undefined;
}

/** The account and the role, and the buckets that take the output of Run Command. */
export interface UserAccessScope {
  readonly partition: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly outputBuckets: readonly string[];
}

/**
 * Lists and describes machines and what ran on them. No `ssm:Get…`: those give out parameters' values, documents' contents and the
 * output of commands. Most take no narrower resource than all.
 */
export const READ_ACTIONS = [
  "ssm:DescribeActivations",
  "ssm:DescribeInstanceAssociationsStatus",
  "ssm:DescribeInstanceInformation",
  "ssm:DescribeInstancePatchStates",
  "ssm:DescribeInstancePatches",
  "ssm:DescribeInstanceProperties",
  "ssm:DescribeSessions",
  "ssm:ListAssociations",
  "ssm:ListCommandInvocations",
  "ssm:ListCommands",
  "ssm:ListComplianceItems",
  "ssm:ListDocuments",
  "ssm:ListInventoryEntries",
  "ssm:ListResourceComplianceSummaries",
  "ssm:ListTagsForResource",
] as const;

/** Follows and cancels commands. AWS takes no narrower resource than all for them, but for the status of a connection. */
export const FOLLOW_ACTIONS = ["ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:GetConnectionStatus"] as const;

/** Changes a machine's registration. */
export const MACHINE_ACTIONS = [
  "ssm:AddTagsToResource",
  "ssm:DeregisterManagedInstance",
  "ssm:RemoveTagsFromResource",
  "ssm:UpdateManagedInstanceRole",
] as const;

/** The session document that Session Manager keeps its preferences in: a shell, where others tunnel to other machines. */
export const SESSION_DOCUMENT = "SSM-SessionManagerRunShell";

/** A person's own sessions, whose ids begin with the person's user id. */
const OWN = `\${aws:userid}-*`;

/**
 * The permissions of a person on the machines outside AWS.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
 */
export function userAccessPolicy(scope: UserAccessScope, access: UserAccess): PolicyDocument {
  const rank = ACCESS_LEVELS.indexOf(access.level);
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Read", Effect: "Allow", Action: READ_ACTIONS, Resource: "*" },
      ...(rank >= 1 ? operatorStatements(scope, access) : []),
      ...(rank >= 2 ? administratorStatements(scope) : []),
    ],
  };
}

function operatorStatements({ partition, accountId, outputBuckets }: UserAccessScope, access: UserAccess): Statement[] {
  const inAccount = `arn:${partition}:ssm:*:${accountId}`;
  const tags = Object.entries(access.node_tags).map(([key, value]) => [`ssm:resourceTag/${key}`, value]);
  return [
    {
      Sid: "UseMachines",
      Effect: "Allow",
      Action: ["ssm:SendCommand", "ssm:StartSession"],
      Resource: `${inAccount}:managed-instance/*`,
      Condition: {
        // Otherwise a session may be started without a permission for its document.
        BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" },
        ...(tags.length > 0 && { StringEquals: Object.fromEntries(tags) }),
      },
    },
    {
      Sid: "RunDocuments",
      Effect: "Allow",
      Action: ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
      // AWS's own documents and the account's, not those that other accounts share.
      Resource: [`arn:${partition}:ssm:*::document/*`, `${inAccount}:document/*`],
    },
    {
      Sid: "StartShell",
      Effect: "Allow",
      Action: "ssm:StartSession",
      Resource: `${inAccount}:document/${SESSION_DOCUMENT}`,
    },
    {
      Sid: "OwnSessions",
      Effect: "Allow",
      Action: ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
      Resource: `${inAccount}:session/${OWN}`,
    },
    { Sid: "Follow", Effect: "Allow", Action: FOLLOW_ACTIONS, Resource: "*" },
    ...(outputBuckets.length > 0
      ? [
          {
            Sid: "OutputBuckets",
            Effect: "Allow",
            Action: "ssm:SendCommand",
            Resource: outputBuckets.map((bucket) => `arn:${partition}:s3:::${bucket}`),
          } as const,
        ]
      : []),
    ...(access.kms_key_arn
      ? [
          {
            Sid: "EncryptOwnSessions",
            Effect: "Allow",
            Action: "kms:GenerateDataKey",
            Resource: access.kms_key_arn,
            Condition: { StringLike: { [SESSION_CONTEXT]: OWN } },
          } as const,
        ]
      : []),
  ];
}

function administratorStatements({ partition, accountId, roleArn }: UserAccessScope): Statement[] {
  return [
    {
      Sid: "Activate",
      Effect: "Allow",
      Action: ["ssm:CreateActivation", "ssm:DeleteActivation"],
      // Neither takes a narrower resource; what a machine may do is in the role, which is limited below.
      Resource: "*",
    },
    {
      Sid: "ManageMachines",
      Effect: "Allow",
      Action: MACHINE_ACTIONS,
      Resource: `arn:${partition}:ssm:*:${accountId}:managed-instance/*`,
    },
    { Sid: "UseThisRole", Effect: "Allow", Action: "ssm:UpdateManagedInstanceRole", Resource: roleArn },
    {
      Sid: "PassThisRole",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roleArn,
      Condition: { StringEquals: { "iam:PassedToService": serviceNames(partition, "ssm") } },
    },
  ];
}
