import { MACHINE_ID } from "../facts/sessions";
import { machineArn, roleWith } from "./machine";
import { otherActions, type Table } from "./pair";
import { arn, globalArn, own, s3Arn } from "./place";

/** Actions of SSM Agent on every machine, allowed by AmazonSSMManagedInstanceCore. */
export const core: Table = {
  name: "core",
  ...roleWith("core"),
  pairs: (place) => {
    const node = machineArn(place);
    const association = arn(place, "ssm", "association/01234567-89ab-cdef-0123-456789abcdef");
    const document = arn(place, "ssm", "document/Restart");
    // The ARNs of AWS's own documents have no account, which AWS's reference does not mention.
    const ofAws = arn({ ...place, account: "" }, "ssm", "document/AWS-RunShellScript");
    const parameter = arn(place, "ssm", "parameter/app/endpoint");
    const baseline = arn(place, "ssm", "patchbaseline/pb-0123456789abcdef0");
    const admin = globalArn(place, "iam", "role/Admin");
    const pairs = otherActions(`
      report that it is alive | ssm:UpdateInstanceInformation | ${node} | leave the fleet | ssm:DeregisterManagedInstance
      read its associations | ssm:ListInstanceAssociations | ${node} | create one | ssm:CreateAssociation
      list associations | ssm:ListAssociations | * | list commands | ssm:ListCommands
      read an association | ssm:DescribeAssociation | ${association} | change it | ssm:UpdateAssociation
      report an association's state | ssm:UpdateInstanceAssociationStatus | ${association} | delete it | ssm:DeleteAssociation
      report an association's state | ssm:UpdateAssociationStatus | ${node} | start a session on itself | ssm:StartSession
      read a document | ssm:GetDocument | ${document} | change it | ssm:UpdateDocument
      describe a document | ssm:DescribeDocument | ${document} | share it | ssm:ModifyDocumentPermission
      read a parameter | ssm:GetParameter | ${parameter} | write it | ssm:PutParameter
      read parameters | ssm:GetParameters | ${parameter} | read them by path | ssm:GetParametersByPath
      read a parameter | ssm:GetParameter | ${parameter}/v2 | read its history | ssm:GetParameterHistory
      read a parameter | ssm:GetParameter | ${parameter}/v3 | delete it | ssm:DeleteParameter
      report its inventory | ssm:PutInventory | * | read that of all | ssm:GetInventory
      report its compliance | ssm:PutComplianceItems | ${node} | run a command on itself | ssm:SendCommand
      report a package | ssm:PutConfigurePackageResult | * | follow commands | ssm:GetCommandInvocation
      read a package's manifest | ssm:GetManifest | * | create an activation | ssm:CreateActivation
      read its patches | ssm:GetDeployablePatchSnapshotForInstance | * | delete an activation | ssm:DeleteActivation
      read its patches again | ssm:GetDeployablePatchSnapshotForInstance | * | change a baseline | ssm:UpdatePatchBaseline | ${baseline}
      open its control channel | ssmmessages:CreateControlChannel | * | see other machines | ssm:DescribeInstanceInformation
      use its control channel | ssmmessages:OpenControlChannel | * | see activations | ssm:DescribeActivations
      open a session's channel | ssmmessages:CreateDataChannel | * | see sessions | ssm:DescribeSessions
      use a session's channel | ssmmessages:OpenDataChannel | * | cancel commands | ssm:CancelCommand
      get messages | ec2messages:GetMessages | * | see parameters | ssm:DescribeParameters
      acknowledge messages | ec2messages:AcknowledgeMessage | * | see EC2 instances | ec2:DescribeInstances
      delete messages | ec2messages:DeleteMessage | * | see buckets | s3:ListAllMyBuckets
      fail messages | ec2messages:FailMessage | * | see log groups | logs:DescribeLogGroups
      find its endpoint | ec2messages:GetEndpoint | * | see directories | ds:DescribeDirectories
      reply to messages | ec2messages:SendReply | * | list documents | ssm:ListDocuments
      report again that it is alive | ssm:UpdateInstanceInformation | ${node} | pass another role | iam:PassRole | ${admin}
    `);
    const documentOfAws = `read a document of AWS | ssm:GetDocument | ${ofAws} | run it | ssm:SendCommand`;
    return [...pairs, ...otherActions(documentOfAws, { unchecked: true })];
  },
};

/** Actions of the CloudWatch agent, allowed by CloudWatchAgentServerPolicy. */
export const cloudwatchAgent: Table = {
  name: "cloudwatch_agent",
  ...roleWith("cloudwatch_agent"),
  pairs: (place) => {
    const group = arn(place, "logs", "log-group:/var/log/messages");
    const stream = `${group}:log-stream:${MACHINE_ID}`;
    const object = s3Arn(place, own(place, "logs/messages"));
    const configuration = arn(place, "ssm", "parameter/AmazonCloudWatch-linux");
    const pairs = otherActions(`
      create a log group | logs:CreateLogGroup | ${group} | delete it | logs:DeleteLogGroup
      set how long logs are kept | logs:PutRetentionPolicy | ${group} | keep them forever | logs:DeleteRetentionPolicy
      find log groups | logs:DescribeLogGroups | * | find queries | logs:DescribeQueries
      find log streams | logs:DescribeLogStreams | ${group} | search them | logs:FilterLogEvents
      create a log stream | logs:CreateLogStream | ${stream} | delete it | logs:DeleteLogStream
      write logs | logs:PutLogEvents | ${stream} | read them | logs:GetLogEvents
      find its volumes | ec2:DescribeVolumes | * | find snapshots | ec2:DescribeSnapshots
      find its tags | ec2:DescribeTags | * | find networks | ec2:DescribeVpcs
      write traces | xray:PutTraceSegments | * | read them | xray:GetTraceSummaries
      report telemetry | xray:PutTelemetryRecords | * | see its key | xray:GetEncryptionConfig
      read sampling rules | xray:GetSamplingRules | * | change the key | xray:PutEncryptionConfig
      read sampling targets | xray:GetSamplingTargets | * | read services | xray:GetServiceGraph
      read sampling statistics | xray:GetSamplingStatisticSummaries | * | read traces | xray:BatchGetTraces
      write its logs | logs:PutLogEvents | ${stream} | archive them in S3 | s3:PutObject | ${object}
      read its configuration | ssm:GetParameter | ${configuration} | change it | ssm:PutParameter
    `);
    const metrics = { action: "cloudwatch:PutMetricData", context: { "cloudwatch:namespace": "CWAgent" } };
    const not = { what: "read them", action: "cloudwatch:GetMetricData", context: {} };
    return [...pairs, { may: "write metrics", resource: "*", ...metrics, not }];
  },
};

/** Actions for joining a directory, allowed by AmazonSSMDirectoryServiceAccess. */
export const directoryService: Table = {
  name: "directory_service",
  ...roleWith("directory_service"),
  pairs: (place) => {
    const [one, two] = ["0", "1"].map((digit) => arn(place, "ds", `directory/d-${digit}123456789`));
    return otherActions(`
      join a directory | ds:CreateComputer | ${one} | delete it | ds:DeleteDirectory
      join a second directory | ds:CreateComputer | ${two} | reset passwords in it | ds:ResetUserPassword
      find directories | ds:DescribeDirectories | * | create one | ds:CreateDirectory
    `);
  },
};

/** Actions of an existing policy: AmazonSSMPatchAssociation. */
export const policies: Table = {
  name: "policies",
  ...roleWith("policies"),
  pairs: (place) => {
    const baseline = arn(place, "ssm", "patchbaseline/pb-0123456789abcdef0");
    return otherActions(`
      read a patch baseline | ssm:GetPatchBaseline | ${baseline} | change it | ssm:UpdatePatchBaseline
      find a baseline's patches | ssm:DescribeEffectivePatchesForPatchBaseline | ${baseline} | delete it | ssm:DeletePatchBaseline
      find baselines | ssm:DescribePatchBaselines | * | create one | ssm:CreatePatchBaseline
      find resources with a tag | tag:GetResources | * | tag it | tag:TagResources
    `);
  },
};
