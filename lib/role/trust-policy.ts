import type { Identity } from "../aws/arn";
import { type PolicyDocument, policyDocument } from "../aws/policy-document";
import { type Hcl, hcl } from "../terraform/hcl";
import type { TrustSettings } from "./schema";

/**
 * Returns the role's trust policy. Its conditions allow Systems Manager to assume the role only for this account.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html
 */
export function trustPolicy({ partition, accountId }: Identity, trust: TrustSettings): PolicyDocument {
  const regions = trust.regions.length > 0 ? trust.regions : ["*"];
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Service: trust.service_principal },
      Action: "sts:AssumeRole",
      ...(trust.conditions && {
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnEquals: { "aws:SourceArn": regions.map((region) => `arn:${partition}:ssm:${region}:${accountId}:*`) },
        },
      }),
    },
  ]);
}

/** {@link trustPolicy} for the module's variables. */
export const TRUST_POLICY: Hcl = hcl`jsonencode({ Version = "2012-10-17", Statement = [merge(
  { Effect = "Allow", Principal = { Service = var.trust_service_principal }, Action = "sts:AssumeRole" },
  { for k in ["Condition"] : k => {
    StringEquals = { "aws:SourceAccount" = local.account_id },
    ArnEquals = { "aws:SourceArn" = [for region in (length(var.trust_regions) > 0 ? var.trust_regions : ["*"]) :
      "arn:\${local.partition}:ssm:\${region}:\${local.account_id}:*"] }
  } if var.trust_conditions }
)] })`;
