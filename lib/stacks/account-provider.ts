import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { AccountFields } from "../config/schema";
import { DEFAULT_SESSION_NAME } from "../config/session";
import { AWS_PROVIDER, TERRAFORM_VERSION } from "../terraform/versions";

/** Settings for access to an account (id, region, credentials, deploy role, endpoints), and the tags of its resources. */
export type AccountAccess = Pick<
  AccountFields,
  | ("id" | "region" | "profile" | "deploy_role_arn" | "external_id" | "deploy_session")
  | ("use_fips_endpoint" | "use_dualstack_endpoint" | "tags" | "ignore_tags")
>;

/**
 * The AWS provider of an account, and the version constraints of its root module. The forty attributes that are not set are omitted:
 * CDKTF would rename each of them, and search it for tokens, repeatedly.
 */
export class AccountProvider extends AwsProvider {
  /** @param of - another region of the account, whose name becomes the provider's alias. @default - the account's region */
  constructor(stack: TerraformStack, access: AccountAccess, of?: string) {
    const {
      id,
      region,
      profile,
      deploy_role_arn: roleArn,
      external_id: externalId,
      deploy_session = {},
      tags,
    } = access;
    const { session_name, tags: sessionTags, transitive_tag_keys, source_identity: sourceIdentity } = deploy_session;
    const { keys, key_prefixes: keyPrefixes } = access.ignore_tags;
    super(stack, of === undefined ? "aws" : `aws-${of}`, {
      region: of ?? region,
      ...(of !== undefined && { alias: of }),
      // The region has been checked already, against a table that may be newer than the provider.
      skipRegionValidation: true,
      // Terraform refuses credentials of any other account before it reads or writes anything.
      allowedAccountIds: [id],
      ...(profile && { profile }),
      ...(roleArn && {
        assumeRole: [
          {
            roleArn,
            sessionName: session_name ?? DEFAULT_SESSION_NAME,
            ...(externalId && { externalId }),
            ...(sessionTags && { tags: sessionTags }),
            ...(transitive_tag_keys && { transitiveTagKeys: transitive_tag_keys }),
            ...(sourceIdentity && { sourceIdentity }),
          },
        ],
      }),
      ...(access.use_fips_endpoint && { useFipsEndpoint: true }),
      ...(access.use_dualstack_endpoint && { useDualstackEndpoint: true }),
      ...(Object.keys(tags).length > 0 && { defaultTags: [{ tags }] }),
      ...(keys.length + keyPrefixes.length > 0 && {
        ignoreTags: [{ ...(keys.length > 0 && { keys }), ...(keyPrefixes.length > 0 && { keyPrefixes }) }],
      }),
    });
    stack.addOverride("terraform.required_version", TERRAFORM_VERSION);
    stack.addOverride("terraform.required_providers.aws", AWS_PROVIDER);
  }

  protected override synthesizeAttributes() {
    return Object.fromEntries(Object.entries(super.synthesizeAttributes()).filter(([, value]) => value !== undefined));
  }
}
