# Imports a role that was created manually with AWS's procedure. The first apply imports the role. It attaches attached policies again,
# which changes nothing in IAM. Remove the import block after the apply.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.72, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"

  # The role's existing name and path. Other values would create another role.
  role_name         = "SSMServiceRole"
  path              = "/"
  directory_service = { default = { policy_arn = null } }
  cloudwatch_agent  = { default = { policy_arn = null } }
}

import {
  to = module.ssm_hybrid_service_role.aws_iam_role.this
  id = "SSMServiceRole"
}

# In each apply, detaches all other managed policies and deletes inline policies.
resource "aws_iam_role_policy_attachments_exclusive" "this" {
  role_name   = module.ssm_hybrid_service_role.name
  policy_arns = module.ssm_hybrid_service_role.attached_policy_arns
}

resource "aws_iam_role_policies_exclusive" "this" {
  role_name    = module.ssm_hybrid_service_role.name
  policy_names = []
}
