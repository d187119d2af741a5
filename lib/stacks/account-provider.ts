import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";
import type { AccountFields } from "../config/schema";
import { DEFAULT_SESSION_NAME } from "../config/session";
import { AWS_PROVIDER, TERRAFORM_VERSION } from "../terraform/versions";

/** What reaches an account: its id and region, credentials, the role that Terraform assumes in it, endpoints; the tags of what is made. */
export type AccountAccess = Pick<
  AccountFields,
  | ("id" | "region" | "profile" | "deploy_role_arn" | "external_id" | "deploy_session")
  | ("use_fips_endpoint" | "use_dualstack_endpoint" | "tags" | "ignore_tags")
>;

/**
 * The AWS provider of one account, and the versions that its root takes. The forty attributes that are not set are left out:
 * CDKTF would rename each, and search it for tokens, again and again.
 */
export class AccountProvider extends AwsProvider {
  /** @param of - another region of the account, whose name is then the provider's alias. @default - the account's own */
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
      // The file has checked it, against a table that may be newer than the provider.
      skipRegionValidation: true,
      // Credentials of any other account are refused before anything is read or written.
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
