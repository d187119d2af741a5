import { managedPolicyFeature } from "./managed-policy-feature";

/**
 * Needed only where the CloudWatch agent runs; AWS's policy is wide, so a narrower one may take its place.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-iam-roles-for-cloudwatch-agent.html
 */
export const cloudwatchAgent = managedPolicyFeature(
  "cloudwatch_agent",
  "CloudWatchAgentServerPolicy",
  "Lets the CloudWatch agent run on the machines",
);
