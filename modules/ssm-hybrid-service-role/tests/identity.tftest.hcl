# The role that a state holds: another account, name or path is refused, unless it is asked for.

mock_provider "aws" {
  # OpenTofu's mocks make strings that are no ARNs, which the provider refuses in an attachment.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
}

variables {
  account_id = "111111111111"
  region     = "eu-central-1"
  role_name  = "Hybrid"
  path       = "/hybrid/"
}

run "first" {
  assert {
    condition     = terraform_data.identity.output == { account_id = "111111111111", path = "/hybrid/", role_name = "Hybrid" }
    error_message = "The state does not remember the role."
  }
}

run "a_change_in_place" {
  command = plan

  variables {
    role_name   = "Hybrid"
    path        = "/hybrid/"
    description = "Lines"
  }
  assert {
    condition     = aws_iam_role.this.unique_id == run.first.unique_id
    error_message = "The role is replaced."
  }
}

run "another_account" {
  command = plan

  variables {
    account_id = "222222222222"
  }
  expect_failures = [terraform_data.identity]
}

run "another_name" {
  command = plan

  variables {
    role_name = "Other"
    path      = "/hybrid/"
  }
  expect_failures = [terraform_data.identity]
}

run "another_path" {
  command = plan

  variables {
    role_name = "Hybrid"
    path      = "/"
  }
  expect_failures = [terraform_data.identity]
}

run "on_purpose" {
  variables {
    role_name = "Other"
    path      = "/hybrid/"
  }
  plan_options {
    replace = [terraform_data.identity]
  }
  assert {
    condition     = output.name == "Other" && terraform_data.identity.output.role_name == "Other"
    error_message = "The role is not replaced."
  }
}
