# A complete setup for a managed machine: the role, a bucket and a log group for the output of commands, users who can run commands, and
# an activation. The last step is on the machine, within seven days. The outputs contain code and id:
#   sudo ssm-setup-cli -register -activation-code <code> -activation-id <id> -region eu-central-1

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

data "aws_caller_identity" "current" {}

locals {
  # Tags of the machines, and of the operators' permission.
  tags = { Line = "1" }
}

# The bucket gets the complete output of Run Command. The log group gets it as it is written.
resource "aws_s3_bucket" "output" {
  bucket        = "example-ssm-output-${data.aws_caller_identity.current.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "output" {
  bucket                  = aws_s3_bucket.output.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_cloudwatch_log_group" "output" {
  name              = "/ssm/run-command"
  retention_in_days = 30
}

resource "aws_iam_group" "operators" {
  name = "Line1Operators"
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"

  account_id = data.aws_caller_identity.current.account_id
  region     = "eu-central-1"

  s3_buckets = {
    output = { bucket = aws_s3_bucket.output.bucket, prefix = "", purpose = "run_command" }
  }

  log_groups = {
    output = { log_group_arn = aws_cloudwatch_log_group.output.arn, purpose = "run_command" }
  }

  user_access = {
    line-1 = { level = "operator", groups = [aws_iam_group.operators.name], node_tags = local.tags }
  }

  activations = {
    line-1 = {
      by_runbook            = false
      registration_limit    = 20
      expires_in_days       = 7
      default_instance_name = "line-1"
      tags                  = local.tags
    }
  }
}

output "activation_ids" {
  value = module.ssm_hybrid_service_role.activation_ids
}

output "activation_codes" {
  description = "Secret. `terraform output -json activation_codes` shows them."
  value       = module.ssm_hybrid_service_role.activation_codes
  sensitive   = true
}
