# Two accounts in one root module. Each has a provider that assumes a role in the account, and a module block.

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
  alias               = "factory"
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]

  assume_role {
    role_arn = "arn:aws:iam::111111111111:role/TerraformDeploy"
  }
}

provider "aws" {
  alias               = "datacentre"
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/TerraformDeploy"
  }
}

module "factory" {
  source    = "../../modules/ssm-hybrid-service-role"
  providers = { aws = aws.factory }

  cloudwatch_agent = { default = { policy_arn = null } }
}

module "datacentre" {
  source    = "../../modules/ssm-hybrid-service-role"
  providers = { aws = aws.datacentre }

  s3_managed_buckets = { us-east-1 = {} }
}

output "role_arns" {
  value = {
    factory    = module.factory.arn
    datacentre = module.datacentre.arn
  }
}
