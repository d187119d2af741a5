import type { PolicyDocument } from "../aws/policy-document";

/** Who may assume the role, and on whose behalf. */
export interface TrustPolicyInput {
  readonly partition: string;
  readonly accountId: string;
  /** Service that assumes the role: `ssm.amazonaws.com`, in China perhaps `ssm.amazonaws.com.cn`. */
  readonly servicePrincipal: string;
  /** Whether to add the conditions against the confused deputy. */
  readonly conditions: boolean;
  /** Regions in which hybrid activations may use the role; empty for all. */
  readonly regions: readonly string[];
}

/**
 * The role's trust policy. Its conditions let Systems Manager assume the role only for this very account.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html
 */
export function trustPolicy(input: TrustPolicyInput): PolicyDocument {
  const { partition, accountId } = input;
  const regions = input.regions.length > 0 ? input.regions : ["*"];
  const sourceArns = regions.map((region) => `arn:${partition}:ssm:${region}:${accountId}:*`);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: input.servicePrincipal },
        Action: "sts:AssumeRole",
        ...(input.conditions && {
          Condition: {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnEquals: { "aws:SourceArn": sourceArns },
          },
        }),
      },
    ],
  };
}
