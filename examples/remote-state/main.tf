# Reads another account's service role from the outputs of that account's state. The reader needs access to the state, not to the
# account.

# The data source is built into Terraform, so no provider is downloaded.
terraform {
  required_version = ">= 1.5"
}

variable "state" {
  description = "Location of the account's state: settings of the S3 backend."
  type        = map(string)
  default = {
    bucket = "example-terraform-state-111111111111"
    key    = "ssm-hybrid-service-role/factory-eu.tfstate"
    region = "eu-central-1"
  }
}

data "terraform_remote_state" "factory_eu" {
  backend = "s3"
  config  = var.state
}

output "role_name" {
  value = data.terraform_remote_state.factory_eu.outputs.role_name
}

output "role_arn" {
  value = data.terraform_remote_state.factory_eu.outputs.role_arn
}

output "attached_policy_arns" {
  value = data.terraform_remote_state.factory_eu.outputs.attached_policy_arns
}
