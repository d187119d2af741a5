# What no single variable shows: preconditions of the resources.

mock_provider "aws" {
  # OpenTofu's mocks make strings that are no ARNs, which the provider refuses in an attachment.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
}

variables {
  account_id = "111111111111"
  region     = "eu-central-1"
}

run "ten_policies_are_allowed" {
  command = plan

  variables {
    policies = { for i in range(9) : "p${i}" => { policy_arn = "arn:aws:iam::111111111111:policy/p${i}" } }
  }
  assert {
    condition     = length(output.attached_policy_arns) == 10
    error_message = "Not ten policies are attached."
  }
}

# Where the quota is raised, twenty are: see valid.tftest.hcl.
run "eleven_are_not" {
  command = plan

  variables {
    policies = { for i in range(10) : "p${i}" => { policy_arn = "arn:aws:iam::111111111111:policy/p${i}" } }
  }
  expect_failures = [aws_iam_role.this]
}

run "a_policy_twice" {
  command = plan

  variables {
    policies = { again = { policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" } }
  }
  expect_failures = [aws_iam_role.this]
}

run "a_policy_and_a_log_group_of_another_account" {
  command = plan

  variables {
    directory_service = { x = { policy_arn = "arn:aws:iam::222222222222:policy/x" } }
    log_groups = {
      # Another region is no fault.
      here  = { log_group_arn = "arn:aws:logs:us-east-1:111111111111:log-group:a", purpose = "run_command" }
      there = { log_group_arn = "arn:aws:logs:us-east-1:222222222222:log-group:a", purpose = "run_command" }
    }
  }
  expect_failures = [aws_iam_role.this, aws_iam_policy.log_groups["this"]]
}

run "a_policy_and_a_log_group_of_another_partition" {
  command = plan

  variables {
    core_policy_arn = "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore"
    log_groups      = { x = { log_group_arn = "arn:aws-cn:logs:cn-north-1:111111111111:log-group:a", purpose = "run_command" } }
  }
  expect_failures = [aws_iam_role.this, aws_iam_policy.log_groups["this"]]
}

run "the_longest_policies_that_iam_takes" {
  command = plan

  variables {
    s3_managed_buckets = {
      for i in range(22) : "eu-central-${i + 11}" => {
        patch_manager_bucket = i < 3 ? format("%063d", 0) : i == 3 ? format("%015d", 0) : null
      }
    }
    s3_buckets = {
      for i in range(72) : "b${i + 10}" => {
        bucket  = "example-${i + 10}"
        prefix  = i == 0 ? format("%057d", 0) : ""
        purpose = "patch_baseline"
      }
    }
    log_groups = {
      for i in range(16) : "g${i + 10}" => {
        log_group_arn = "arn:aws:logs:${i == 0 ? "eu-central-2" : "eu-central-1"}:111111111111:log-group:${format("%0${i == 0 ? 188 : 69}d", 0)}"
        purpose       = "run_command"
      }
    }
    user_access = {
      it = { level = "operator", node_tags = { for i in range(16) : "tag-${i + 10}" => format("%0${i == 0 ? 131 : 256}d", 0) } }
    }
  }
  assert {
    condition     = length(aws_iam_policy.s3_managed_buckets["this"].policy) == 6144
    error_message = "The policy is not as long as this test means it to be."
  }
  assert {
    condition     = length(aws_iam_policy.s3_buckets["this"].policy) == 6144
    error_message = "The policy is not as long as this test means it to be."
  }
  assert {
    condition     = length(aws_iam_policy.log_groups["this"].policy) == 6144
    error_message = "The policy is not as long as this test means it to be."
  }
  assert {
    condition     = length(aws_iam_policy.user_access["it"].policy) == 6144
    error_message = "The policy is not as long as this test means it to be."
  }
}

run "one_character_more" {
  command = plan

  variables {
    s3_managed_buckets = {
      for i in range(22) : "eu-central-${i + 11}" => {
        patch_manager_bucket = i < 3 ? format("%063d", 0) : i == 3 ? format("%016d", 0) : null
      }
    }
    s3_buckets = {
      for i in range(72) : "b${i + 10}" => {
        bucket  = "example-${i + 10}"
        prefix  = i == 0 ? format("%058d", 0) : ""
        purpose = "patch_baseline"
      }
    }
    log_groups = {
      for i in range(16) : "g${i + 10}" => {
        log_group_arn = "arn:aws:logs:${i == 0 ? "us-east-1" : "eu-central-1"}:111111111111:log-group:${format("%0${i == 0 ? 193 : 69}d", 0)}"
        purpose       = "run_command"
      }
    }
    user_access = {
      it = { level = "operator", node_tags = { for i in range(16) : "tag-${i + 10}" => format("%0${i == 0 ? 132 : 256}d", 0) } }
    }
  }
  expect_failures = [
    aws_iam_policy.s3_managed_buckets["this"], aws_iam_policy.s3_buckets["this"],
    aws_iam_policy.log_groups["this"], aws_iam_policy.user_access["it"],
  ]
}

run "a_region_of_another_partition" {
  command = plan

  variables {
    s3_managed_buckets = { eu-central-1 = {}, cn-north-1 = {} }
  }
  expect_failures = [aws_iam_policy.s3_managed_buckets["this"]]
}

run "keys_and_a_trusted_region_of_another_partition" {
  command = plan

  variables {
    trust_regions = ["eu-central-1", "cn-north-1"]
    s3_buckets    = { x = { bucket = "example", prefix = "", purpose = "scripts", kms_key_arn = "arn:aws-cn:kms:cn-north-1:111111111111:key/0123-abcd" } }
    log_groups = {
      x = {
        log_group_arn = "arn:aws:logs:us-east-1:111111111111:log-group:a"
        purpose       = "session_manager"
        kms_key_arn   = "arn:aws-cn:kms:cn-north-1:111111111111:key/0123-abcd"
      }
    }
    user_access = { x = { level = "operator", node_tags = {}, kms_key_arn = "arn:aws-cn:kms:cn-north-1:111111111111:key/0123-abcd" } }
  }
  expect_failures = [
    aws_iam_role.this, aws_iam_policy.s3_buckets["this"],
    aws_iam_policy.log_groups["this"], aws_iam_policy.user_access["x"],
  ]
}

run "a_boundary_of_another_account" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::222222222222:policy/Boundary"
  }
  expect_failures = [aws_iam_role.this]
}

run "the_longest_trust_policy_that_iam_takes" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::aws:policy/Boundary"
    trust_regions        = concat([for i in range(41) : "eu-central-${i + 11}"], ["eu-${replace(format("%025d", 0), "0", "a")}-1"])
  }
  assert {
    condition     = length(aws_iam_role.this.assume_role_policy) == 2048
    error_message = "The trust policy is not as long as this test means it to be."
  }
}

run "one_character_more_of_trust" {
  command = plan

  variables {
    trust_regions = concat([for i in range(41) : "eu-central-${i + 11}"], ["eu-${replace(format("%026d", 0), "0", "a")}-1"])
  }
  expect_failures = [aws_iam_role.this]
}
