# The advanced-instances tier of the module's own region. Plans only: a destroy of the setting is refused, at the end of a test too.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  account_id    = "111111111111"
  instance_tier = { "eu-central-1" = { tier = "advanced" } }
}

run "set_in_the_region" {
  command = plan
  variables { region = "eu-central-1" }
  assert {
    condition = (
      aws_ssm_service_setting.instance_tier["eu-central-1"].setting_id ==
      "arn:aws:ssm:eu-central-1:111111111111:servicesetting/ssm/managed-instance/activation-tier" &&
      aws_ssm_service_setting.instance_tier["eu-central-1"].setting_value == "advanced"
    )
    error_message = "The setting is another one."
  }
  assert {
    condition     = strcontains(terraform_data.instance_tier["eu-central-1"].input, "AWS charges for each machine")
    error_message = "The plan does not say that it costs money."
  }
}

run "another_region_has_no_provider" {
  command = plan
  variables { region = "eu-west-1" }
  expect_failures = [aws_ssm_service_setting.instance_tier]
}

run "no_region_is_guessed" {
  command         = plan
  expect_failures = [aws_ssm_service_setting.instance_tier]
}

run "standard_is_refused" {
  command = plan
  variables {
    region        = "eu-central-1"
    instance_tier = { "eu-central-1" = { tier = "standard" } }
  }
  expect_failures = [var.instance_tier]
}
