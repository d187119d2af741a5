# Hybrid activations: their role, and an expiry that stays.

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
  path       = "/hybrid/eu/"
  tags       = { Owner = "platform", Team = "everybody" }
  activations = {
    week = {
      by_runbook            = false
      expires_in_days       = 7
      registration_limit    = 50
      description           = "Machines of the plant"
      default_instance_name = "plant"
      tags                  = { Team = "plant" }
    }
    bare = { by_runbook = false }
  }
}

run "first" {
  assert {
    condition = (
      aws_ssm_activation.activations["week"].iam_role == "hybrid/eu/Hybrid" &&
      aws_ssm_activation.activations["week"].registration_limit == 50 &&
      aws_ssm_activation.activations["week"].description == "Machines of the plant" &&
      aws_ssm_activation.activations["week"].name == "plant" &&
      aws_ssm_activation.activations["week"].tags == tomap({ Owner = "platform", Team = "plant" })
    )
    error_message = "A setting does not reach the activation."
  }
  assert {
    condition = (
      aws_ssm_activation.activations["week"].expiration_date == timeadd(terraform_data.activations["week"].input, "168h") &&
      timecmp(terraform_data.activations["week"].input, timestamp()) <= 0 &&
      timecmp(terraform_data.activations["week"].input, timeadd(timestamp(), "-1h")) > 0
    )
    error_message = "It does not expire seven days after the plan."
  }
  assert {
    condition = (
      aws_ssm_activation.activations["bare"].iam_role == "hybrid/eu/Hybrid" &&
      aws_ssm_activation.activations["bare"].registration_limit == 1 &&
      aws_ssm_activation.activations["bare"].tags == tomap({ Owner = "platform", Team = "everybody" })
    )
    error_message = "An entry without attributes does not get the defaults of the documentation."
  }
  assert {
    condition = (
      output.activation_ids == { for k, a in aws_ssm_activation.activations : k => a.id } &&
      output.activation_codes == { for k, a in aws_ssm_activation.activations : k => a.activation_code }
    )
    error_message = "The outputs are not the ids and codes of the entries."
  }
}

run "a_role_that_an_activation_can_name" {
  command = plan

  plan_options {
    replace = [terraform_data.identity]
  }
  variables {
    role_name = format("%057d", 0)
    path      = "/hybrid/"
  }
  assert {
    condition     = length(aws_ssm_activation.activations["bare"].iam_role) == 64
    error_message = "The role is not as long as this test means it to be."
  }
}

run "one_character_more" {
  command = plan

  plan_options {
    replace = [terraform_data.identity]
  }
  variables {
    role_name = format("%058d", 0)
    path      = "/hybrid/"
  }
  expect_failures = [aws_ssm_activation.activations["bare"], aws_ssm_activation.activations["week"]]
}

run "expiry_as_near_and_as_far_as_it_may_be" {
  command = plan

  variables {
    activations = {
      near = { expiration_date = timeadd(timestamp(), "1m"), by_runbook = false }
      far  = { expiration_date = timeadd(timestamp(), "719h59m"), by_runbook = false }
    }
  }
  assert {
    condition     = { for k, a in aws_ssm_activation.activations : k => a.expiration_date } == { for k, e in var.activations : k => e.expiration_date }
    error_message = "An activation does not expire when its entry says."
  }
}

run "no_day_of_the_calendar" {
  command = plan

  variables {
    activations = { never = { expiration_date = "2026-02-30T00:00:00Z", by_runbook = false } }
  }
  expect_failures = [var.activations]
}

run "a_region_that_the_trust_leaves_out" {
  command = plan

  variables {
    trust_regions = ["eu-west-1"]
  }
  expect_failures = [aws_iam_role.this]
}

run "expiry_in_the_past_and_too_far_ahead" {
  command = plan

  variables {
    activations = {
      past = { expiration_date = timeadd(timestamp(), "-1m"), by_runbook = false }
      far  = { expiration_date = timeadd(timestamp(), "720h1m"), by_runbook = false }
    }
  }
  expect_failures = [
    aws_ssm_activation.activations["past"], aws_ssm_activation.activations["far"], check.activation_dates,
  ]
}

# An activation that would be replaced has no id yet, so these fail for it.
run "later_nothing_has_changed" {
  command = plan

  assert {
    condition     = output.activation_ids == run.first.activation_ids
    error_message = "An activation is replaced."
  }
  assert {
    condition     = timecmp(terraform_data.activations["week"].input, plantimestamp()) < 0
    error_message = "No time has passed since the activation was made."
  }
}

run "an_entry_that_changes_expires_anew" {
  command = plan

  variables {
    activations = { week = { expires_in_days = 8, by_runbook = false }, bare = { by_runbook = false } }
  }
  assert {
    condition     = output.activation_ids["bare"] == run.first.activation_ids["bare"]
    error_message = "The other entry's activation is replaced."
  }
  assert {
    condition = (
      timecmp(terraform_data.activations["week"].input, terraform_data.activations["bare"].input) > 0 &&
      aws_ssm_activation.activations["week"].expiration_date == timeadd(terraform_data.activations["week"].input, "192h")
    )
    error_message = "The entry's time does not run from the plan that changes it."
  }
}

run "leaves_to_the_runbook_what_is_its" {
  command = plan
  variables {
    activations = {
      ours   = { by_runbook = false }
      theirs = { by_runbook = true, expires_in_days = 7 }
    }
  }
  assert {
    condition     = keys(aws_ssm_activation.activations) == ["ours"] && keys(terraform_data.activations) == ["ours"]
    error_message = "An activation that the runbook makes must not be made by Terraform."
  }
}
