import { managedPolicyFeature } from "./managed-policy-feature";

/**
 * Required only by machines that run the CloudWatch agent. AWS's policy is broad, so a narrower one can replace it.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-iam-roles-for-cloudwatch-agent.html
 */
export const cloudwatchAgent = managedPolicyFeature({
  name: "cloudwatch_agent",
  purpose: "Allows the CloudWatch agent to run on the machines",
  title: "CloudWatch agent",
  step: "(Optional) The CloudWatch agent",
  policy: "CloudWatchAgentServerPolicy",
  policyWords: {
    allows:
      "Machines send metrics, logs and traces, create log groups and set their retention, and read parameters whose name " +
      "begins with AmazonCloudWatch-.",
    notice: { code: "every-log-group", text: "Each machine can write to every CloudWatch log group of the account." },
  },
});
