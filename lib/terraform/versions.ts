/** Source of the AWS provider. CDKTF would write `aws`, which OpenTofu resolves differently, and one exact version. */
const AWS = "hashicorp/aws";

/** Lock file with one provider version for the whole fleet. It is in git, and each root module gets a copy. */
export const LOCK_FILE = ".terraform.lock.hcl";

/** The first version that is not supported. */
const NEXT = "< 7.0";

/** Provider version for a root module and for the module. */
export const AWS_PROVIDER = { source: AWS, version: `>= 5.0, ${NEXT}` };

/**
 * Provider version for a root module with `exclusive_policies`: 5.72 added `aws_iam_role_policy_attachments_exclusive`, 5.68
 * `aws_iam_role_policies_exclusive`.
 */
export const AWS_PROVIDER_FOR_EXCLUSIVE = { source: AWS, version: `>= 5.72, ${NEXT}` };

/** Terraform version for a root module: 1.10 added the S3 backend's `use_lockfile`. */
export const TERRAFORM_VERSION = ">= 1.10";

/** The module's `terraform` block. Terraform 1.5 added `plantimestamp()`, which makes an activation's expiry known at plan. */
export const MODULE_VERSIONS = { required_version: ">= 1.5", required_providers: { aws: AWS_PROVIDER } };
