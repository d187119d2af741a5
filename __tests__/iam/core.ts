import { machineArn, roleWith } from "./machine";
import { otherAction, type Table } from "./pair";
import { arn, globalArn, type Place } from "./place";

/** What SSM Agent does on every machine, by AmazonSSMManagedInstanceCore. */
export const core: Table = {
  name: "core",
  ...roleWith("core"),
  pairs: (place) => {
    const node = machineArn(place);
    const association = arn(place, "ssm", "association/01234567-89ab-cdef-0123-456789abcdef");
    const document = arn(place, "ssm", "document/Restart");
    const parameter = arn(place, "ssm", "parameter/app/endpoint");
    const baseline = arn(place, "ssm", "patchbaseline/pb-0123456789abcdef0");
    return [
      otherAction(
        "tell that it lives",
        "ssm:UpdateInstanceInformation",
        node,
        "leave the fleet",
        "ssm:DeregisterManagedInstance",
      ),
      otherAction("read its associations", "ssm:ListInstanceAssociations", node, "make one", "ssm:CreateAssociation"),
      otherAction("list associations", "ssm:ListAssociations", "*", "list commands", "ssm:ListCommands"),
      otherAction("read an association", "ssm:DescribeAssociation", association, "change it", "ssm:UpdateAssociation"),
      otherAction(
        "tell an association's state",
        "ssm:UpdateInstanceAssociationStatus",
        association,
        "delete it",
        "ssm:DeleteAssociation",
      ),
      otherAction(
        "tell an association's state",
        "ssm:UpdateAssociationStatus",
        node,
        "start a session on itself",
        "ssm:StartSession",
      ),
      otherAction("read a document", "ssm:GetDocument", document, "change it", "ssm:UpdateDocument"),
      otherAction("describe a document", "ssm:DescribeDocument", document, "share it", "ssm:ModifyDocumentPermission"),
      {
        ...otherAction(
          "read a document of AWS's",
          "ssm:GetDocument",
          publicDocument(place),
          "run it",
          "ssm:SendCommand",
        ),
        unchecked: true,
      },
      otherAction("read a parameter", "ssm:GetParameter", parameter, "write it", "ssm:PutParameter"),
      otherAction("read parameters", "ssm:GetParameters", parameter, "walk them all", "ssm:GetParametersByPath"),
      otherAction(
        "read a parameter",
        "ssm:GetParameter",
        `${parameter}/v2`,
        "read its past",
        "ssm:GetParameterHistory",
      ),
      otherAction("read a parameter", "ssm:GetParameter", `${parameter}/v3`, "delete it", "ssm:DeleteParameter"),
      otherAction("report its inventory", "ssm:PutInventory", "*", "read that of all", "ssm:GetInventory"),
      otherAction(
        "report its compliance",
        "ssm:PutComplianceItems",
        node,
        "run a command on itself",
        "ssm:SendCommand",
      ),
      otherAction(
        "report a package",
        "ssm:PutConfigurePackageResult",
        "*",
        "follow commands",
        "ssm:GetCommandInvocation",
      ),
      otherAction("read a package's manifest", "ssm:GetManifest", "*", "make an activation", "ssm:CreateActivation"),
      otherAction(
        "read its patches",
        "ssm:GetDeployablePatchSnapshotForInstance",
        "*",
        "end an activation",
        "ssm:DeleteActivation",
      ),
      otherAction(
        "read its patches still",
        "ssm:GetDeployablePatchSnapshotForInstance",
        "*",
        "change a baseline",
        "ssm:UpdatePatchBaseline",
        baseline,
      ),
      otherAction(
        "open its control channel",
        "ssmmessages:CreateControlChannel",
        "*",
        "see other machines",
        "ssm:DescribeInstanceInformation",
      ),
      otherAction(
        "use its control channel",
        "ssmmessages:OpenControlChannel",
        "*",
        "see activations",
        "ssm:DescribeActivations",
      ),
      otherAction(
        "open a session's channel",
        "ssmmessages:CreateDataChannel",
        "*",
        "see sessions",
        "ssm:DescribeSessions",
      ),
      otherAction(
        "use a session's channel",
        "ssmmessages:OpenDataChannel",
        "*",
        "cancel commands",
        "ssm:CancelCommand",
      ),
      otherAction("get messages", "ec2messages:GetMessages", "*", "see parameters", "ssm:DescribeParameters"),
      otherAction(
        "acknowledge messages",
        "ec2messages:AcknowledgeMessage",
        "*",
        "see EC2's machines",
        "ec2:DescribeInstances",
      ),
      otherAction("delete messages", "ec2messages:DeleteMessage", "*", "see buckets", "s3:ListAllMyBuckets"),
      otherAction("fail messages", "ec2messages:FailMessage", "*", "see log groups", "logs:DescribeLogGroups"),
      otherAction("find its endpoint", "ec2messages:GetEndpoint", "*", "see directories", "ds:DescribeDirectories"),
      otherAction("reply to messages", "ec2messages:SendReply", "*", "list documents", "ssm:ListDocuments"),
      otherAction(
        "tell that it lives still",
        "ssm:UpdateInstanceInformation",
        node,
        "take another role",
        "iam:PassRole",
        globalArn(place, "iam", "role/Admin"),
      ),
    ];
  },
};

/** AWS's own documents have no account in their ARN, which AWS's reference does not say. */
function publicDocument({ partition, region }: Place): string {
  return `arn:${partition}:ssm:${region}::document/AWS-RunShellScript`;
}
