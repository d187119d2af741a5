import { managedPolicyFeature } from "./managed-policy-feature";

/**
 * Needed only where the CloudWatch agent runs. AWS's policy is wide, so a narrower one may take its place.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-iam-roles-for-cloudwatch-agent.html
 */
export const cloudwatchAgent = managedPolicyFeature({
  name: "cloudwatch_agent",
  purpose: "Lets the CloudWatch agent run on the machines",
  title: "CloudWatch agent",
  step: "(Optional) The CloudWatch agent",
  policy: "CloudWatchAgentServerPolicy",
  policyWords: {
    lets:
      "Machines send metrics, logs and traces, make log groups and set how long they are kept, and read parameters whose name " +
      "begins with AmazonCloudWatch-.",
    notice: { code: "every-log-group", text: "Each machine can write to every CloudWatch log group of the account." },
  },
});
