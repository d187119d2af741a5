# The smallest caller: the role with its required policy, in the account and partition of the provider's credentials.

provider "aws" {
  region = "eu-central-1"
}

module "ssm_hybrid_service_role" {
  source = "../../modules/ssm-hybrid-service-role"
}

output "role_name" {
  description = "What `aws ssm create-activation --iam-role` takes."
  value       = module.ssm_hybrid_service_role.name
}
