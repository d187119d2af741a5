# One root module for many accounts, with one Terraform workspace per account: `terraform workspace new factory-eu`. Each workspace
# has its own state. In the workspace `default`, or in a misspelled one, the plan fails because there is no such account.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 7.0"
    }
  }
}

locals {
  accounts = {
    factory-eu    = { id = "111111111111", region = "eu-central-1", cloudwatch_agent = { default = { policy_arn = null } } }
    datacentre-us = { id = "222222222222", region = "us-east-1", cloudwatch_agent = {} }
  }
  account = local.accounts[terraform.workspace]
}

provider "aws" {
  region              = local.account.region
  allowed_account_ids = [local.account.id]

  assume_role {
    role_arn = "arn:aws:iam::${local.account.id}:role/TerraformDeploy"
  }
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"

  account_id       = local.account.id
  region           = local.account.region
  cloudwatch_agent = local.account.cloudwatch_agent
}

output "role_arn" {
  value = module.ssm_hybrid_service_role.arn
}
