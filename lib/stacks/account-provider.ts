import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { AccountFields } from "../config/schema";
import { AWS_PROVIDER, TERRAFORM_VERSION } from "../terraform/versions";

/** What reaches an account: its id and region, the role that Terraform assumes in it, the tags of what is made. */
export type AccountAccess = Pick<AccountFields, "id" | "region" | "deploy_role_arn" | "external_id" | "tags">;

/**
 * The AWS provider of one account, and the versions that its root takes. The forty attributes that are not set are left out:
 * CDKTF would search each for tokens, three times an account.
 */
export class AccountProvider extends AwsProvider {
  constructor(
    stack: TerraformStack,
    { id, region, deploy_role_arn: roleArn, external_id: externalId, tags }: AccountAccess,
  ) {
    super(stack, "aws", {
      region,
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

  override toTerraform() {
    const { provider, ...rest } = super.toTerraform();
    const [attributes] = provider.aws;
    const set = Object.entries(attributes).filter(([, value]) => value !== undefined);
    return { ...rest, provider: { aws: [Object.fromEntries(set)] } };
  }
}
