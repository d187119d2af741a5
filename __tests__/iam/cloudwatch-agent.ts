import { roleWith } from "./machine";
import { otherAction, type Table } from "./pair";
import { arn, own, s3Arn } from "./place";

/** What the CloudWatch agent does, by CloudWatchAgentServerPolicy. */
export const cloudwatchAgent: Table = {
  name: "cloudwatch_agent",
  ...roleWith("cloudwatch_agent"),
  pairs: (place) => {
    const group = arn(place, "logs", "log-group:/var/log/messages");
    const stream = `${group}:log-stream:mi-0123456789abcdef0`;
    return [
      otherAction("make a log group", "logs:CreateLogGroup", group, "delete it", "logs:DeleteLogGroup"),
      otherAction(
        "set how long logs are kept",
        "logs:PutRetentionPolicy",
        group,
        "keep them for ever",
        "logs:DeleteRetentionPolicy",
      ),
      otherAction("find log groups", "logs:DescribeLogGroups", "*", "find queries", "logs:DescribeQueries"),
      otherAction("find log streams", "logs:DescribeLogStreams", group, "search them", "logs:FilterLogEvents"),
      otherAction("make a log stream", "logs:CreateLogStream", stream, "delete it", "logs:DeleteLogStream"),
      otherAction("write logs", "logs:PutLogEvents", stream, "read them", "logs:GetLogEvents"),
      otherAction("find its volumes", "ec2:DescribeVolumes", "*", "find snapshots", "ec2:DescribeSnapshots"),
      otherAction("find its tags", "ec2:DescribeTags", "*", "find networks", "ec2:DescribeVpcs"),
      otherAction("write traces", "xray:PutTraceSegments", "*", "read them", "xray:GetTraceSummaries"),
      otherAction("tell of traces", "xray:PutTelemetryRecords", "*", "see its key", "xray:GetEncryptionConfig"),
      otherAction("read sampling rules", "xray:GetSamplingRules", "*", "change the key", "xray:PutEncryptionConfig"),
      otherAction("read sampling targets", "xray:GetSamplingTargets", "*", "read services", "xray:GetServiceGraph"),
      otherAction(
        "read sampling statistics",
        "xray:GetSamplingStatisticSummaries",
        "*",
        "read traces",
        "xray:BatchGetTraces",
      ),
      {
        may: "read its configuration",
        action: "ssm:GetParameter",
        resource: arn(place, "ssm", "parameter/AmazonCloudWatch-linux"),
        not: { what: "change it", action: "ssm:PutParameter" },
      },
      {
        may: "write metrics",
        action: "cloudwatch:PutMetricData",
        resource: "*",
        context: { "cloudwatch:namespace": "CWAgent" },
        not: { what: "read them", action: "cloudwatch:GetMetricData", context: {} },
      },
      otherAction(
        "write its logs",
        "logs:PutLogEvents",
        stream,
        "archive them in S3",
        "s3:PutObject",
        s3Arn(place, own(place, "logs/messages")),
      ),
    ];
  },
};
