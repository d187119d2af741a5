# The first value beyond every bound. Each run gives one bad value to each of several variables, and each has to refuse its own:
# a run takes about a second, and one for each value would take minutes.

mock_provider "aws" {
  # OpenTofu's mocks make strings that are no ARNs, which the provider refuses in an attachment.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
}

# Good, for the variables that a run leaves alone.
variables {
  account_id = "111111111111"
  region     = "eu-central-1"
}

run "empty" {
  command = plan

  variables {
    account_id              = ""
    region                  = ""
    role_name               = ""
    trust_service_principal = ""
    tags                    = { "" = "x" }
    directory_service       = { "" = { policy_arn = null } }
    cloudwatch_agent        = { "" = { policy_arn = null } }
    s3_managed_buckets      = { "" = {} }
    s3_buckets              = { "" = { bucket = "example", prefix = "", purpose = "scripts" } }
    policies                = { "" = { policy_arn = "arn:aws:iam::aws:policy/p" } }
    log_groups              = { "" = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a", purpose = "run_command" } }
    user_access             = { "" = { level = "operator", node_tags = {} } }
    activations             = { "" = { by_runbook = false } }
  }
  expect_failures = [
    var.account_id, var.region, var.role_name, var.trust_service_principal, var.tags, var.directory_service, var.cloudwatch_agent,
    var.s3_managed_buckets, var.s3_buckets, var.policies, var.log_groups, var.user_access, var.activations,
  ]
}

run "one_too_few" {
  command = plan

  variables {
    account_id           = format("%011d", 0)
    max_session_duration = 3599
    s3_managed_buckets   = { eu-central-1 = { patch_manager_bucket = "ab" } }
    s3_buckets           = { x = { bucket = "ab", prefix = "", purpose = "scripts" } }
    log_groups           = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:", purpose = "run_command" } }
    user_access          = { x = { level = "operator", node_tags = {}, groups = [""] } }
    activations          = { x = { registration_limit = 0, by_runbook = false } }
  }
  expect_failures = [
    var.account_id, var.max_session_duration, var.s3_managed_buckets, var.s3_buckets,
    var.log_groups, var.user_access, var.activations,
  ]
}

run "one_too_many" {
  command = plan

  variables {
    account_id         = format("%013d", 0)
    region             = "eu-central-123"
    role_name          = format("%065d", 0)
    tags               = { (format("%0129d", 0)) = "x" }
    directory_service  = { (format("%065d", 0)) = { policy_arn = null } }
    cloudwatch_agent   = { (format("%065d", 0)) = { policy_arn = null } }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = format("%064d", 0) } }
    s3_buckets         = { (format("%065d", 0)) = { bucket = "example", prefix = "", purpose = "scripts" } }
    policies           = { (format("%065d", 0)) = { policy_arn = "arn:aws:iam::aws:policy/p" } }
    log_groups         = { (format("%065d", 0)) = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a", purpose = "run_command" } }
    user_access        = { (format("%065d", 0)) = { level = "operator", node_tags = {} } }
    activations        = { (format("%065d", 0)) = { by_runbook = false } }
  }
  expect_failures = [
    var.account_id, var.region, var.role_name, var.tags, var.directory_service, var.cloudwatch_agent,
    var.s3_managed_buckets, var.s3_buckets, var.policies, var.log_groups, var.user_access, var.activations,
  ]
}

run "one_too_many_elsewhere" {
  command = plan

  variables {
    path               = "/${format("%0511d", 0)}/"
    tags               = { x = format("%0257d", 0) }
    directory_service  = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
    cloudwatch_agent   = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
    s3_managed_buckets = { eu-central-123 = {} }
    s3_buckets         = { x = { bucket = format("%064d", 0), prefix = "", purpose = "scripts" } }
    policies           = { x = { policy_arn = "arn:aws:iam::aws:policy/${format("%0129d", 0)}" } }
    log_groups         = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:${format("%0513d", 0)}", purpose = "run_command" } }
    user_access        = { x = { level = "operator", node_tags = {}, groups = [format("%0129d", 0)] } }
    activations        = { x = { registration_limit = 1001, by_runbook = false } }
  }
  expect_failures = [
    var.path, var.tags, var.directory_service, var.cloudwatch_agent, var.s3_managed_buckets,
    var.s3_buckets, var.policies, var.log_groups, var.user_access, var.activations,
  ]
}

run "quota_and_days_too_few_and_a_group_twice" {
  command = plan

  variables {
    managed_policy_quota = 9
    s3_buckets           = { x = { bucket = "example", purpose = "scripts", prefix = "a/../b" } }
    user_access          = { x = { level = "operator", node_tags = {}, groups = ["a", "b", "a"] } }
    activations          = { x = { expires_in_days = 0, by_runbook = false } }
  }
  expect_failures = [var.managed_policy_quota, var.s3_buckets, var.user_access, var.activations]
}

run "quota_and_days_too_many_and_a_role_twice" {
  command = plan

  variables {
    managed_policy_quota = 21
    s3_buckets           = { x = { bucket = "example", purpose = "scripts", prefix = "a/*" } }
    user_access          = { x = { level = "operator", node_tags = {}, roles = ["a", "a"] } }
    activations          = { x = { expires_in_days = 31, by_runbook = false } }
  }
  expect_failures = [var.managed_policy_quota, var.s3_buckets, var.user_access, var.activations]
}

run "session_too_long_and_unknown_purposes_and_levels" {
  command = plan

  variables {
    max_session_duration = 43201
    s3_buckets           = { x = { bucket = "example", prefix = "", purpose = "backup" } }
    log_groups           = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a", purpose = "inventory" } }
    user_access          = { x = { level = "admin" } }
    activations          = { x = { description = format("%0257d", 0), by_runbook = false } }
  }
  expect_failures = [var.max_session_duration, var.s3_buckets, var.log_groups, var.user_access, var.activations]
}

run "half_a_second_half_a_machine_and_a_user_twice" {
  command = plan

  variables {
    max_session_duration = 3600.5
    s3_buckets           = { x = { bucket = "a..b", prefix = "", purpose = "scripts" } }
    user_access          = { x = { level = "operator", node_tags = {}, users = ["a", "a"] } }
    activations          = { x = { registration_limit = 1.5, by_runbook = false } }
  }
  expect_failures = [var.max_session_duration, var.s3_buckets, var.user_access, var.activations]
}

run "half_a_policy_half_a_day_and_attributes_of_other_purposes" {
  command = plan

  variables {
    managed_policy_quota = 10.5
    s3_buckets           = { x = { bucket = "example", prefix = "", purpose = "scripts", put_object_acl = true } }
    log_groups           = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a", purpose = "run_command", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/0123-abcd" } }
    user_access          = { x = { level = "read_only", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/0123-abcd" } }
    activations          = { x = { expires_in_days = 1.5, by_runbook = false } }
  }
  expect_failures = [var.managed_policy_quota, var.s3_buckets, var.log_groups, var.user_access, var.activations]
}

run "description_too_long_and_too_many_tags" {
  command = plan

  variables {
    description = format("%01001d", 0)
    tags        = { for i in range(51) : "tag ${i}" => "" }
    user_access = { x = { level = "operator", node_tags = { for i in range(51) : "tag ${i}" => "" } } }
    activations = { x = { tags = { for i in range(51) : "tag ${i}" => "" }, by_runbook = false } }
  }
  expect_failures = [var.description, var.tags, var.user_access, var.activations]
}

run "beyond_latin_1_and_attributes_that_exclude_others" {
  command = plan

  variables {
    description = "機械"
    user_access = { x = { level = "administrator", node_tags = { Team = "plant" } } }
    activations = { x = { expires_in_days = 1, expiration_date = timeadd(timestamp(), "24h"), by_runbook = false } }
  }
  expect_failures = [var.description, var.user_access, var.activations]
}

run "wrong_characters" {
  command = plan

  variables {
    account_id              = "11111111111a"
    region                  = "EU-central-1"
    role_name               = "a b"
    trust_service_principal = "ec2.amazonaws.com"
    tags                    = { "a*" = "x" }
    directory_service       = { "a b" = { policy_arn = null } }
    cloudwatch_agent        = { "a/b" = { policy_arn = null } }
    s3_managed_buckets      = { eu_central_1 = {} }
    s3_buckets              = { "-a" = { bucket = "example", prefix = "", purpose = "scripts" } }
    policies                = { ".a" = { policy_arn = "arn:aws:iam::aws:policy/p" } }
    log_groups              = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a:*", purpose = "run_command" } }
    user_access             = { x = { level = "operator", node_tags = {}, groups = ["path/Group"] } }
    activations             = { x = { default_instance_name = "plant*", by_runbook = false } }
  }
  expect_failures = [
    var.account_id, var.region, var.role_name, var.trust_service_principal, var.tags, var.directory_service, var.cloudwatch_agent,
    var.s3_managed_buckets, var.s3_buckets, var.policies, var.log_groups, var.user_access, var.activations,
  ]
}

run "wrong_characters_elsewhere" {
  command = plan

  variables {
    path                    = "/a b/"
    trust_service_principal = "ssm.amazonaws.com.example.com"
    tags                    = { x = "a*" }
    s3_managed_buckets      = { eu-central-1 = { patch_manager_bucket = "Upper" } }
    s3_buckets              = { x = { bucket = "Upper", prefix = "", purpose = "scripts" } }
    user_access             = { x = { level = "operator", node_tags = {}, roles = ["a b"] } }
    activations             = { x = { description = "a\nb", by_runbook = false } }
  }
  expect_failures = [
    var.path, var.trust_service_principal, var.tags, var.s3_managed_buckets,
    var.s3_buckets, var.user_access, var.activations,
  ]
}

run "names_for_arns" {
  command = plan

  variables {
    permissions_boundary = "Boundary"
    trust_regions        = ["eu-central-1", "Frankfurt"]
    directory_service    = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    cloudwatch_agent     = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    policies             = { x = { policy_arn = "CloudWatchAgentServerPolicy" } }
    s3_buckets           = { x = { bucket = "example", prefix = "", purpose = "scripts", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:alias/example" } }
    log_groups           = { x = { log_group_arn = "/ssm/sessions", purpose = "run_command" } }
    user_access          = { x = { level = "operator", node_tags = {}, kms_key_arn = "alias/example" } }
    activations          = { x = { expiration_date = "2026-12-24", by_runbook = false } }
  }
  expect_failures = [
    var.permissions_boundary, var.trust_regions, var.directory_service, var.cloudwatch_agent, var.policies,
    var.s3_buckets, var.log_groups, var.user_access, var.activations,
  ]
}

run "arns_of_other_things_and_a_date_of_another_zone" {
  command = plan

  variables {
    core_policy_arn   = "arn:aws:iam::111111111111:role/x"
    directory_service = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    cloudwatch_agent  = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    policies          = { x = { policy_arn = "arn:aws:iam::111111111111:role/x" } }
    s3_buckets        = { x = { bucket = "arn:aws:s3:::example", prefix = "", purpose = "scripts" } }
    log_groups        = { x = { log_group_arn = "arn:aws:logs:eu-west-1:111111111111:log-group:a", purpose = "session_manager", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:alias/example" } }
    user_access       = { x = { level = "operator", node_tags = {}, users = ["arn:aws:iam::111111111111:user/x"] } }
    activations       = { x = { expiration_date = "2026-12-24T18:00:00+01:00", by_runbook = false } }
  }
  expect_failures = [
    var.core_policy_arn, var.directory_service, var.cloudwatch_agent, var.policies,
    var.s3_buckets, var.log_groups, var.user_access, var.activations,
  ]
}

run "forbidden" {
  command = plan

  variables {
    core_policy_arn    = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"
    tags               = { "aws:x" = "x" }
    directory_service  = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    cloudwatch_agent   = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    policies           = { x = { policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM" } }
    s3_managed_buckets = { eu-central-1 = { patch_manager_bucket = "192.168.1.1" } }
    s3_buckets         = { x = { bucket = "192.168.1.1", prefix = "", purpose = "scripts" } }
    user_access        = { x = { level = "operator", node_tags = {}, roles = ["AWSReservedSSO_Operators_0123456789abcdef"] } }
    activations        = { x = { tags = { "aws:x" = "x" }, by_runbook = false } }
  }
  expect_failures = [
    var.core_policy_arn, var.tags, var.directory_service, var.cloudwatch_agent, var.policies,
    var.s3_managed_buckets, var.s3_buckets, var.user_access, var.activations,
  ]
}

run "no_slash_in_front_and_tags_of_aws" {
  command = plan

  variables {
    path        = "a/"
    tags        = { "AWS:x" = "x" }
    s3_buckets  = { x = { bucket = "example", purpose = "scripts", prefix = "/a" } }
    user_access = { x = { level = "operator", node_tags = { "aws:x" = "x" } } }
    activations = { x = { default_instance_name = format("%0257d", 0), by_runbook = false } }
  }
  expect_failures = [var.path, var.tags, var.s3_buckets, var.user_access, var.activations]
}

run "no_slash_behind_and_wrong_keys_of_tags" {
  command = plan

  variables {
    path        = "/a"
    s3_buckets  = { x = { bucket = "example", purpose = "scripts", prefix = "a//" } }
    user_access = { x = { level = "operator", node_tags = { "a*" = "x" } } }
    activations = { x = { tags = { "a*" = "x" }, by_runbook = false } }
  }
  expect_failures = [var.path, var.s3_buckets, var.user_access, var.activations]
}

run "two_slashes_and_wrong_values_of_tags" {
  command = plan

  variables {
    path        = "//"
    s3_buckets  = { x = { bucket = "example", purpose = "scripts", prefix = "a//b" } }
    user_access = { x = { level = "operator", node_tags = { x = "*" } } }
    activations = { x = { tags = { x = "*" }, by_runbook = false } }
  }
  expect_failures = [var.path, var.s3_buckets, var.user_access, var.activations]
}

run "attributes_that_narrow_are_not_left_out" {
  command = plan

  variables {
    user_access = { x = { level = "operator" } }
    s3_buckets  = { x = { bucket = "example-output", prefix = null, purpose = "run_command" } }
  }
  expect_failures = [var.user_access, var.s3_buckets]
}

run "a_slash_alone_is_not_the_whole_bucket" {
  command = plan

  variables {
    s3_buckets = { x = { bucket = "example-output", prefix = "/", purpose = "run_command" } }
  }
  expect_failures = [var.s3_buckets]
}
