import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { Account } from "../config/schema";
import type { Camel } from "../input/names";

/** Terraform that a root works with: 1.10 brought the S3 backend's `use_lockfile`. */
const TERRAFORM_VERSION = ">= 1.10";
/** The provider, and its versions: CDKTF would write `aws`, which OpenTofu resolves elsewhere, and one exact version. */
export const AWS_PROVIDER = { source: "hashicorp/aws", version: ">= 5.0, < 7.0" };

/** What reaches an account: its id and region, the role that Terraform assumes in it, the tags of what is made. */
export type AccountAccess = Pick<Camel<Account>, "id" | "region" | "deployRoleArn" | "externalId" | "tags">;

/**
 * The AWS provider of one account, and the versions that its root takes. The forty attributes that are not set are left out:
 * CDKTF would search each for tokens, three times an account.
 */
export class AccountProvider extends AwsProvider {
  constructor(stack: TerraformStack, { id, region, deployRoleArn, externalId, tags }: AccountAccess) {
    super(stack, "aws", {
      region,
      // Credentials of any other account are refused before anything is read or written.
      allowedAccountIds: [id],
      ...(deployRoleArn && {
        assumeRole: [
          { roleArn: deployRoleArn, sessionName: "ssm-hybrid-service-role", ...(externalId && { externalId }) },
        ],
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
