# Takes over a role that AWS's procedure made by hand, with its policies: the first apply imports them and changes nothing that
# machines rely on. Remove the import blocks once they are applied.

provider "aws" {
  region = "eu-central-1"
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"

  # What the role has already: a name or a path that differs would make another role.
  role              = { name = "SSMServiceRole", path = "/" }
  directory_service = { default = {} }
  cloudwatch_agent  = { default = {} }
}

import {
  to = module.ssm_hybrid_service_role.aws_iam_role.this
  id = "SSMServiceRole"
}

import {
  to = module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.core
  id = "SSMServiceRole/arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

import {
  to = module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.directory_service["default"]
  id = "SSMServiceRole/arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess"
}

import {
  to = module.ssm_hybrid_service_role.aws_iam_role_policy_attachment.cloudwatch_agent["default"]
  id = "SSMServiceRole/arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
}

# Detaches what else is attached, now and whenever Terraform runs. Needs provider hashicorp/aws 5.72 or later.
resource "aws_iam_role_policy_attachments_exclusive" "this" {
  role_name   = module.ssm_hybrid_service_role.name
  policy_arns = module.ssm_hybrid_service_role.attached_policy_arns
}
