/** The AWS provider. CDKTF would write `aws`, which OpenTofu resolves elsewhere, and one exact version. */
const AWS = "hashicorp/aws";

/** One version of the provider for the whole fleet: this file is in git, and each root module gets a copy. */
export const LOCK_FILE = ".terraform.lock.hcl";

/** The first version that is not supported. */
const NEXT = "< 7.0";

/** The provider of a root module and of the module. */
export const AWS_PROVIDER = { source: AWS, version: `>= 5.0, ${NEXT}` };

/**
 * The provider of a root module with `exclusive_policies`: 5.72 is the first with `aws_iam_role_policy_attachments_exclusive`, 5.68 with
 * `aws_iam_role_policies_exclusive`.
 */
export const AWS_PROVIDER_FOR_EXCLUSIVE = { source: AWS, version: `>= 5.72, ${NEXT}` };

/** Terraform for a root module: 1.10 brought the S3 backend's `use_lockfile`. */
export const TERRAFORM_VERSION = ">= 1.10";

/** The `terraform` block of the module: 1.5 brought `plantimestamp()`, by which an activation's expiry is known at plan. */
export const MODULE_VERSIONS = { required_version: ">= 1.5", required_providers: { aws: AWS_PROVIDER } };
