# The smallest use: the role with its required policy, in the account and partition of the provider's credentials.

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

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"
}

output "role_name" {
  description = "Name of the role, for `aws ssm create-activation --iam-role`."
  value       = module.ssm_hybrid_service_role.name
}
