# Every setting and every feature, with all attributes of each entry.

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
  region              = local.region
  allowed_account_ids = [local.account_id]

  assume_role {
    role_arn = "arn:aws:iam::${local.account_id}:role/TerraformDeploy"
  }
}

locals {
  account_id = "111111111111"
  region     = "eu-central-1"
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"

  # With both, the module sends no request to AWS, and a plan knows every ARN.
  account_id = local.account_id
  region     = local.region

  role_name             = "SSMServiceRoleFactory"
  path                  = "/hybrid/"
  description           = "Machines of the factory"
  max_session_duration  = 7200
  permissions_boundary  = aws_iam_policy.boundary.arn
  force_detach_policies = true
  # A policy that does not allow every machine to read every SSM parameter of the account.
  core_policy_arn      = aws_iam_policy.core.arn
  managed_policy_quota = 15

  trust_conditions        = true
  trust_regions           = ["eu-central-1", "eu-west-1"]
  trust_service_principal = "ssm.amazonaws.com"

  tags = { Owner = "platform" }

  directory_service = {
    default = { policy_arn = null }
  }

  cloudwatch_agent = {
    narrow = { policy_arn = aws_iam_policy.cloudwatch_agent.arn }
  }

  s3_managed_buckets = {
    eu-central-1 = {}
    eu-west-1    = { legacy_agent = true }
    # AWS publishes no Patch Manager bucket for this region. This name is fictional.
    mx-central-1 = { patch_manager_bucket = "aws-patch-manager-mx-central-1-example" }
  }

  s3_buckets = {
    output = {
      bucket         = "example-ssm-output"
      prefix         = "run-command"
      purpose        = "run_command"
      put_object_acl = true
      kms_key_arn    = "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    }
    patches = {
      bucket  = "example-ssm-patches"
      prefix  = ""
      purpose = "patch_baseline"
    }
  }

  log_groups = {
    sessions = {
      log_group_arn = "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions"
      purpose       = "session_manager"
      # The key in Session Manager's preferences.
      kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-666666666666"
    }
  }

  # The label is the key in Terraform, so the ARN can be unknown until apply.
  policies = {
    custom = { policy_arn = aws_iam_policy.custom.arn }
  }

  user_access = {
    watch = {
      level  = "read_only"
      groups = [aws_iam_group.helpdesk.name]
      users  = [aws_iam_user.auditor.name]
    }
    line-1 = {
      level       = "operator"
      roles       = [aws_iam_role.operator.name]
      node_tags   = { Line = "1" }
      kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-666666666666"
    }
    # Attached to nobody. The output contains the policy's ARN, for example for a permission set of IAM Identity Center.
    admins = { level = "administrator" }
  }

  activations = {
    line-1 = {
      by_runbook         = false
      registration_limit = 20
      # Or a fixed time: expiration_date = "2027-01-31T18:00:00Z".
      expires_in_days       = 7
      description           = "Machines of line 1"
      default_instance_name = "line-1"
      tags                  = { Line = "1" }
    }
  }
}

output "role" {
  value = {
    name                 = module.ssm_hybrid_service_role.name
    arn                  = module.ssm_hybrid_service_role.arn
    unique_id            = module.ssm_hybrid_service_role.unique_id
    attached_policy_arns = module.ssm_hybrid_service_role.attached_policy_arns
  }
}

output "user_access_policy_arns" {
  value = module.ssm_hybrid_service_role.user_access_policy_arns
}

output "activation_ids" {
  value = module.ssm_hybrid_service_role.activation_ids
}

output "activation_codes" {
  description = "Secret, and stored in the state. `terraform output -json activation_codes` shows them."
  value       = module.ssm_hybrid_service_role.activation_codes
  sensitive   = true
}
