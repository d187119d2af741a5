import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { AccountFields } from "../config/schema";
import { AWS_PROVIDER, TERRAFORM_VERSION } from "../terraform/versions";

/** What reaches an account: its id and region, the role that Terraform assumes in it, the tags of what is made. */
export type AccountAccess = Pick<AccountFields, "id" | "region" | "deploy_role_arn" | "external_id" | "tags">;

/**
 * The AWS provider of one account, and the versions that its root takes. The forty attributes that are not set are left out:
 * CDKTF would rename each, and search it for tokens, again and again.
 */
export class AccountProvider extends AwsProvider {
  constructor(
    stack: TerraformStack,
    { id, region, deploy_role_arn: roleArn, external_id: externalId, tags }: AccountAccess,
  ) {
    super(stack, "aws", {
      region,
      // The file has checked it, against a table that may be newer than the provider.
      skipRegionValidation: true,
      // Credentials of any other account are refused before anything is read or written.
      allowedAccountIds: [id],
      ...(roleArn && {
        assumeRole: [{ roleArn, sessionName: "ssm-hybrid-service-role", ...(externalId && { externalId }) }],
      }),
      ...(Object.keys(tags).length > 0 && { defaultTags: [{ tags }] }),
    });
    stack.addOverride("terraform.required_version", TERRAFORM_VERSION);
    stack.addOverride("terraform.required_providers.aws", AWS_PROVIDER);
  }

  protected override synthesizeAttributes() {
    return Object.fromEntries(Object.entries(super.synthesizeAttributes()).filter(([, value]) => value !== undefined));
  }
}
