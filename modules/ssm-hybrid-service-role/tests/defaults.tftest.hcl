# What the module makes when nothing but the account is given, and where it takes the account from.

mock_provider "aws" {
  # OpenTofu's mocks make strings that are no ARNs, which the provider refuses in an attachment.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
}

run "given_account_and_region_ask_aws_nothing" {
  command = plan

  variables {
    account_id = "111111111111"
    region     = "eu-central-1"
  }

  assert {
    condition     = length(data.aws_caller_identity.current) == 0 && length(data.aws_partition.current) == 0
    error_message = "AWS is asked for what the caller gave."
  }
  assert {
    condition = (
      aws_iam_role.this.name == "SSMServiceRole" &&
      aws_iam_role.this.path == "/" &&
      aws_iam_role.this.description == null &&
      aws_iam_role.this.permissions_boundary == null &&
      aws_iam_role.this.force_detach_policies == false
    )
    error_message = "The role's defaults are not those of the documentation."
  }
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "ssm.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = "111111111111" }
          ArnEquals    = { "aws:SourceArn" = ["arn:aws:ssm:*:111111111111:*"] }
        }
      }]
    }
    error_message = "Systems Manager may not assume the role for this account alone."
  }
  assert {
    condition = (
      length(aws_iam_role_policy_attachment.directory_service) == 0 &&
      length(aws_iam_role_policy_attachment.cloudwatch_agent) == 0 &&
      length(aws_iam_policy.s3_managed_buckets) == 0 &&
      length(aws_iam_role_policy_attachment.s3_managed_buckets) == 0 &&
      length(aws_iam_policy.s3_buckets) == 0 &&
      length(aws_iam_role_policy_attachment.s3_buckets) == 0 &&
      length(aws_iam_policy.log_groups) == 0 &&
      length(aws_iam_role_policy_attachment.log_groups) == 0 &&
      length(aws_iam_role_policy_attachment.policies) == 0 &&
      length(aws_iam_policy.user_access) == 0 &&
      length(aws_ssm_activation.activations) == 0
    )
    error_message = "A feature is on that nobody turned on."
  }
  assert {
    condition     = output.attached_policy_arns == tolist(["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"])
    error_message = "Not the required policy alone is attached."
  }
  assert {
    condition     = output.name == "SSMServiceRole"
    error_message = "The output `name` is not the role's name."
  }
}

run "without_account_and_region_aws_is_asked" {
  command = plan

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "222222222222" }
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  assert {
    condition     = local.account_id == "222222222222" && local.partition == "aws-us-gov"
    error_message = "AWS's answers do not reach the locals."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] ==
      ["arn:aws-us-gov:ssm:*:222222222222:*"]
    )
    error_message = "The trust policy does not hold AWS's answers."
  }
  assert {
    condition     = aws_iam_role_policy_attachment.core.policy_arn == "arn:aws-us-gov:iam::aws:policy/AmazonSSMManagedInstanceCore"
    error_message = "The required policy is not that of the provider's partition."
  }
}

run "every_setting_of_the_role" {
  command = plan

  variables {
    account_id            = "111111111111"
    region                = "eu-central-1"
    role_name             = "Hybrid"
    path                  = "/hybrid/eu/"
    description           = "Machines of the factory"
    max_session_duration  = 7200
    permissions_boundary  = "arn:aws:iam::111111111111:policy/Boundary"
    force_detach_policies = true
    core_policy_arn       = "arn:aws:iam::111111111111:policy/NarrowCore"
    tags                  = { Owner = "platform" }
  }

  assert {
    condition = (
      aws_iam_role.this.name == "Hybrid" &&
      aws_iam_role.this.path == "/hybrid/eu/" &&
      aws_iam_role.this.description == "Machines of the factory" &&
      aws_iam_role.this.max_session_duration == 7200 &&
      aws_iam_role.this.permissions_boundary == "arn:aws:iam::111111111111:policy/Boundary" &&
      aws_iam_role.this.force_detach_policies == true &&
      aws_iam_role.this.tags == tomap({ Owner = "platform" })
    )
    error_message = "A setting does not reach the role."
  }
  assert {
    condition     = output.attached_policy_arns == tolist(["arn:aws:iam::111111111111:policy/NarrowCore"])
    error_message = "The narrower policy does not stand in for the required one."
  }
}
