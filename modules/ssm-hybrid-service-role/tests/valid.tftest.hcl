# The last value that passes on each side of every bound; invalid.tftest.hcl has the first that does not.
# format("%064d", 0) is a text of 64 characters.

mock_provider "aws" {
  # OpenTofu's mocks make strings that are no ARNs, which the provider refuses in an attachment.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
}

run "shortest_and_lowest" {
  command = plan

  variables {
    account_id              = "000000000000"
    region                  = "eu-west-1"
    role_name               = "R"
    path                    = "/"
    description             = ""
    max_session_duration    = 3600
    managed_policy_quota    = 10
    trust_regions           = []
    trust_service_principal = "ssm.amazonaws.com"
    tags                    = { k = "" }
    directory_service       = { d = { policy_arn = "arn:aws:iam::000000000000:policy/d" } }
    cloudwatch_agent        = { c = { policy_arn = "arn:aws:iam::000000000000:policy/c" } }
    s3_managed_buckets      = { eu-west-1 = { patch_manager_bucket = "abc" } }
    s3_buckets              = { b = { bucket = "a.b", purpose = "scripts", prefix = "p", kms_key_arn = "arn:aws:kms:eu-west-1:000000000000:key/k" } }
    log_groups              = { l = { log_group_arn = "arn:aws:logs:eu-west-1:000000000000:log-group:l", purpose = "run_command" } }
    policies                = { p = { policy_arn = "arn:aws:iam::aws:policy/p" } }
    user_access             = { u = { level = "operator", groups = ["g"], roles = ["p"], users = ["u"], node_tags = { k = "" } } }
    activations             = { a = { registration_limit = 1, expires_in_days = 1, description = "", default_instance_name = "n", tags = { k = "" }, by_runbook = false } }
  }
  assert {
    condition     = length(local.attached_policies) == 7 && length(aws_iam_policy.user_access) == 1 && length(aws_ssm_activation.activations) == 1
    error_message = "Not every feature is on."
  }
}

run "longest_and_highest" {
  command = plan

  variables {
    account_id              = "999999999999"
    region                  = "ap-southeast-99"
    role_name               = format("%064d", 0)
    path                    = "/${format("%0510d", 0)}/"
    description             = format("%01000d", 0)
    max_session_duration    = 43200
    permissions_boundary    = "arn:aws:iam::999999999999:policy/${format("%0128d", 0)}"
    core_policy_arn         = "arn:aws:iam::999999999999:policy/path/of/more/${format("%0128d", 0)}"
    managed_policy_quota    = 20
    trust_regions           = ["ap-southeast-99"]
    trust_service_principal = "ssm.eu-central-1.amazonaws.com.cn"
    tags                    = merge({ for i in range(49) : "tag ${i}" => "" }, { (format("%0128d", 0)) = format("%0256d", 0) })
    directory_service       = { (format("%064d", 0)) = { policy_arn = null } }
    cloudwatch_agent        = { (format("%064d", 0)) = { policy_arn = null } }
    s3_managed_buckets      = { ap-southeast-99 = { patch_manager_bucket = format("%063d", 0) } }
    s3_buckets              = { (format("%064d", 0)) = { bucket = format("%063d", 0), prefix = "", purpose = "inventory" } }
    log_groups              = { (format("%064d", 0)) = { log_group_arn = "arn:aws:logs:ap-southeast-99:999999999999:log-group:${format("%0512d", 0)}", purpose = "session_manager" } }
    policies                = { for i in range(14) : format("%064d", i) => { policy_arn = "arn:aws:iam::aws:policy/service-role/p${i}" } }
  }
  assert {
    condition     = length(local.attached_policies) == 20
    error_message = "Not the twenty policies that the highest quota allows."
  }
}

run "every_character_that_is_allowed" {
  command = plan

  variables {
    account_id        = "111111111111"
    region            = "us-gov-east-1"
    role_name         = "Az09+=,.@_-"
    path              = "/Az09/.,+@=_-/"
    description       = "Tab\tnewline\r\n ~ ¡ÿ"
    tags              = { "Ünï 1_.:/=+-@" = "Ünï 1_.:/=+-@", "awsome" = "aws:" }
    directory_service = { "0a.-_" = { policy_arn = "arn:aws-us-gov:iam::111111111111:policy/a.,+@=_-/b+=,.@_-" } }
    s3_buckets = {
      "Az.-_" = { bucket = "0a-b.c-9", prefix = "Az09!_.'()=+@,:~-/.a/..b/c..", purpose = "run_command", put_object_acl = true }
    }
    log_groups  = { "Az.-_" = { log_group_arn = "arn:aws-us-gov:logs:us-gov-east-1:111111111111:log-group:/Az09_-.#/", purpose = "run_command" } }
    user_access = { "Az.-_" = { level = "operator", groups = ["Az09+=,.@_-"], roles = ["Az09+=,.@_-2"], users = ["Az09+=,.@_-"], node_tags = { "Ünï 1_.:/=+-@" = "Ünï 1_.:/=+-@" } } }
    activations = { "Az.-_" = { description = "Größe \"日本\" *", default_instance_name = "Az09 _.:/=+@-", tags = { "Ünï 1_.:/=+-@" = "Ünï 1_.:/=+-@" }, by_runbook = false } }
  }
  assert {
    condition     = aws_iam_role.this.description == "Tab\tnewline\r\n ~ ¡ÿ"
    error_message = "The description is not as it was given."
  }
}

run "longest_and_highest_elsewhere" {
  command = plan

  variables {
    account_id = "111111111111"
    region     = "eu-west-1"
    user_access = {
      (format("%064d", 0)) = {
        level  = "read_only"
        groups = [format("%0128d", 0)]
        roles  = [format("%064d", 0)]
        users  = [format("%064d", 0)]
      }
    }
    activations = {
      (format("%064d", 0)) = {
        by_runbook            = false
        registration_limit    = 1000
        expires_in_days       = 30
        description           = format("%0256d", 0)
        default_instance_name = format("%0256d", 0)
        tags                  = merge({ for i in range(49) : "tag ${i}" => "" }, { (format("%0128d", 0)) = format("%0256d", 0) })
      }
    }
  }
  assert {
    condition     = length(aws_iam_user_policy_attachment.user_access) == 1 && length(aws_ssm_activation.activations) == 1
    error_message = "Not every feature is on."
  }
}
