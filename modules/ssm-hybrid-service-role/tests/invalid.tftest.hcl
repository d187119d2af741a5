# The first value beyond every bound. Each run gives one bad value to each of several variables, and each has to refuse its own:
# a run takes about a second, and one for each value would take minutes.

mock_provider "aws" {}

# Good, for the variables that a run leaves alone.
variables {
  account_id = "111111111111"
  region     = "eu-central-1"
}

run "empty" {
  command = plan

  variables {
    account_id         = ""
    region             = ""
    role               = { name = "" }
    trust              = { service_principal = "" }
    tags               = { "" = "x" }
    directory_service  = { "" = {} }
    cloudwatch_agent   = { "" = {} }
    s3_managed_buckets = { "" = {} }
    s3_buckets         = { "" = { bucket = "example" } }
    policies           = { "" = { policy_arn = "arn:aws:iam::aws:policy/p" } }
  }
  expect_failures = [
    var.account_id, var.region, var.role, var.trust, var.tags,
    var.directory_service, var.cloudwatch_agent, var.s3_managed_buckets, var.s3_buckets, var.policies,
  ]
}

run "one_too_few" {
  command = plan

  variables {
    account_id         = format("%011d", 0)
    role               = { max_session_duration = 3599 }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = "ab" } }
    s3_buckets         = { x = { bucket = "ab" } }
  }
  expect_failures = [var.account_id, var.role, var.s3_managed_buckets, var.s3_buckets]
}

run "one_too_many" {
  command = plan

  variables {
    account_id         = format("%013d", 0)
    region             = "eu-central-123"
    role               = { name = format("%065d", 0) }
    tags               = { (format("%0129d", 0)) = "x" }
    directory_service  = { (format("%065d", 0)) = {} }
    cloudwatch_agent   = { (format("%065d", 0)) = {} }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = format("%064d", 0) } }
    s3_buckets         = { (format("%065d", 0)) = { bucket = "example" } }
    policies           = { (format("%065d", 0)) = { policy_arn = "arn:aws:iam::aws:policy/p" } }
  }
  expect_failures = [
    var.account_id, var.region, var.role, var.tags, var.directory_service,
    var.cloudwatch_agent, var.s3_managed_buckets, var.s3_buckets, var.policies,
  ]
}

run "one_too_many_elsewhere" {
  command = plan

  variables {
    role               = { path = "/${format("%0511d", 0)}/" }
    tags               = { x = format("%0257d", 0) }
    directory_service  = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
    cloudwatch_agent   = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
    s3_managed_buckets = { eu-central-123 = {} }
    s3_buckets         = { x = { bucket = format("%064d", 0) } }
    policies           = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
  }
  expect_failures = [
    var.role, var.tags, var.directory_service, var.cloudwatch_agent,
    var.s3_managed_buckets, var.s3_buckets, var.policies,
  ]
}

run "quota_too_low_and_a_prefix_that_escapes" {
  command = plan

  variables {
    role       = { managed_policy_quota = 9 }
    s3_buckets = { x = { bucket = "example", prefix = "a/../b" } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "quota_too_high_and_a_wildcard" {
  command = plan

  variables {
    role       = { managed_policy_quota = 21 }
    s3_buckets = { x = { bucket = "example", prefix = "a/*" } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "session_too_long_and_a_bucket_of_no_use" {
  command = plan

  variables {
    role       = { max_session_duration = 43201 }
    s3_buckets = { x = { bucket = "example", read = false, write = false } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "half_a_second_and_two_dots" {
  command = plan

  variables {
    role       = { max_session_duration = 3600.5 }
    s3_buckets = { x = { bucket = "a..b" } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "half_a_policy_and_an_acl_without_writing" {
  command = plan

  variables {
    role       = { managed_policy_quota = 10.5 }
    s3_buckets = { x = { bucket = "example", write = false, put_object_acl = true } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "description_too_long_and_too_many_tags" {
  command = plan

  variables {
    role = { description = format("%01001d", 0) }
    tags = { for i in range(51) : "tag ${i}" => "" }
  }
  expect_failures = [var.role, var.tags]
}

run "beyond_latin_1" {
  command = plan

  variables {
    role = { description = "機械" }
  }
  expect_failures = [var.role]
}

run "wrong_characters" {
  command = plan

  variables {
    account_id         = "11111111111a"
    region             = "EU-central-1"
    role               = { name = "a b" }
    trust              = { service_principal = "ec2.amazonaws.com" }
    tags               = { "a*" = "x" }
    directory_service  = { "a b" = {} }
    cloudwatch_agent   = { "a/b" = {} }
    s3_managed_buckets = { eu_central_1 = {} }
    s3_buckets         = { "-a" = { bucket = "example" } }
    policies           = { ".a" = { policy_arn = "arn:aws:iam::aws:policy/p" } }
  }
  expect_failures = [
    var.account_id, var.region, var.role, var.trust, var.tags,
    var.directory_service, var.cloudwatch_agent, var.s3_managed_buckets, var.s3_buckets, var.policies,
  ]
}

run "wrong_characters_elsewhere" {
  command = plan

  variables {
    role               = { path = "/a b/" }
    trust              = { service_principal = "ssm.amazonaws.com.example.com" }
    tags               = { x = "a*" }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = "Upper" } }
    s3_buckets         = { x = { bucket = "Upper" } }
  }
  expect_failures = [var.role, var.trust, var.tags, var.s3_managed_buckets, var.s3_buckets]
}

run "names_for_arns" {
  command = plan

  variables {
    role              = { permissions_boundary = "Boundary" }
    trust             = { regions = ["eu-central-1", "Frankfurt"] }
    directory_service = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    cloudwatch_agent  = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    policies          = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    s3_buckets        = { x = { bucket = "example", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:alias/example" } }
  }
  expect_failures = [var.role, var.trust, var.directory_service, var.cloudwatch_agent, var.policies, var.s3_buckets]
}

run "arns_of_other_things" {
  command = plan

  variables {
    role              = { core_policy_arn = "arn:aws:iam::111111111111:role/x" }
    directory_service = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    cloudwatch_agent  = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    policies          = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    s3_buckets        = { x = { bucket = "arn:aws:s3:::example" } }
  }
  expect_failures = [var.role, var.directory_service, var.cloudwatch_agent, var.policies, var.s3_buckets]
}

run "forbidden" {
  command = plan

  variables {
    role               = { core_policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" }
    tags               = { "aws:x" = "x" }
    directory_service  = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    cloudwatch_agent   = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    policies           = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = "192.168.1.1" } }
    s3_buckets         = { x = { bucket = "192.168.1.1" } }
  }
  expect_failures = [
    var.role, var.tags, var.directory_service,
    var.cloudwatch_agent, var.policies, var.s3_managed_buckets, var.s3_buckets,
  ]
}

run "no_slash_in_front" {
  command = plan

  variables {
    role       = { path = "a/" }
    tags       = { "AWS:x" = "x" }
    s3_buckets = { x = { bucket = "example", prefix = "/a" } }
  }
  expect_failures = [var.role, var.tags, var.s3_buckets]
}

run "no_slash_behind" {
  command = plan

  variables {
    role       = { path = "/a" }
    s3_buckets = { x = { bucket = "example", prefix = "a/" } }
  }
  expect_failures = [var.role, var.s3_buckets]
}

run "two_slashes" {
  command = plan

  variables {
    role       = { path = "//" }
    s3_buckets = { x = { bucket = "example", prefix = "a//b" } }
  }
  expect_failures = [var.role, var.s3_buckets]
}
