# One HCP Terraform workspace per account of accounts.yaml, for states with `backend: cloud`, with AWS credentials from OIDC.
# The root modules are synthesized, not committed, so the workspaces use the CLI-driven workflow. The pipelines in this folder run
# `terraform plan` and `apply` as for any other state, with TF_TOKEN_app_terraform_io set.
terraform {
  required_version = ">= 1.10"
  required_providers {
    tfe = {
      source  = "hashicorp/tfe"
      version = "~> 0.65"
    }
  }
}

variable "organization" {
  type        = string
  description = "Organization in HCP Terraform, as in accounts.yaml."
}

variable "plan_role_arn" {
  type        = string
  description = "Role that plans assume. It trusts app.terraform.io for these workspaces, phase plan."
}

variable "apply_role_arn" {
  type        = string
  description = "Role that applies assume. It trusts app.terraform.io for these workspaces, phase apply."
}

locals {
  accounts = keys(yamldecode(file("${path.module}/../../accounts.yaml")).accounts)
  credentials = {
    TFC_AWS_PROVIDER_AUTH  = "true"
    TFC_AWS_PLAN_ROLE_ARN  = var.plan_role_arn
    TFC_AWS_APPLY_ROLE_ARN = var.apply_role_arn
  }
  variables = merge([
    for account in local.accounts : {
      for key, value in local.credentials : "${account} ${key}" => { account = account, key = key, value = value }
    }
  ]...)
}

resource "tfe_workspace" "account" {
  for_each     = toset(local.accounts)
  organization = var.organization
  name         = "ssm-hybrid-service-role-${each.key}"
  description  = "Systems Manager hybrid service role of ${each.key}."
  auto_apply   = false
}

resource "tfe_variable" "credentials" {
  for_each     = local.variables
  workspace_id = tfe_workspace.account[each.value.account].id
  category     = "env"
  key          = each.value.key
  value        = each.value.value
}
