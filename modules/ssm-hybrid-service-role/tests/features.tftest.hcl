# Each optional feature: what it makes when it is on, with its own attributes; defaults.tftest.hcl has all of them off.

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

run "directory_service" {
  command = plan

  variables {
    directory_service = {
      corp   = { policy_arn = null }
      branch = { policy_arn = "arn:aws:iam::111111111111:policy/NarrowDirectory" }
    }
  }

  assert {
    condition = { for k, a in aws_iam_role_policy_attachment.directory_service : k => a.policy_arn } == {
      corp   = "arn:aws:iam::aws:policy/AmazonSSMDirectoryServiceAccess"
      branch = "arn:aws:iam::111111111111:policy/NarrowDirectory"
    }
    error_message = "AWS's policy, or the one named, is not attached under the entry's key."
  }
  assert {
    condition     = length(output.attached_policy_arns) == 3
    error_message = "Another feature is on too."
  }
}

run "cloudwatch_agent" {
  command = plan

  variables {
    cloudwatch_agent = {
      default = { policy_arn = null }
      narrow  = { policy_arn = "arn:aws:iam::111111111111:policy/agents/NarrowAgent" }
    }
  }

  assert {
    condition = { for k, a in aws_iam_role_policy_attachment.cloudwatch_agent : k => a.policy_arn } == {
      default = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
      narrow  = "arn:aws:iam::111111111111:policy/agents/NarrowAgent"
    }
    error_message = "AWS's policy, or the one named, is not attached under the entry's key."
  }
  assert {
    condition     = length(output.attached_policy_arns) == 3
    error_message = "Another feature is on too."
  }
}

run "policies" {
  command = plan

  variables {
    policies = {
      custom-s3 = { policy_arn = "arn:aws:iam::111111111111:policy/my-bucket-policy-name" }
      patch     = { policy_arn = "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" }
    }
  }

  assert {
    condition = output.attached_policy_arns == tolist([
      "arn:aws:iam::111111111111:policy/my-bucket-policy-name",
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation",
    ])
    error_message = "The policies named are not attached beside the required one, sorted."
  }
}

run "s3_managed_buckets" {
  command = plan

  variables {
    role_name = "Hybrid"
    path      = "/hybrid/"
    tags      = { Owner = "platform" }
    s3_managed_buckets = {
      # A snapshot bucket with a suffix, a Patch Manager bucket that AWS publishes.
      eu-south-2 = {}
      # AWS publishes no Patch Manager bucket here.
      mx-central-1 = {}
      us-east-1    = { legacy_agent = true, patch_manager_bucket = "aws-patch-manager-of-tomorrow" }
    }
  }

  assert {
    condition = jsondecode(aws_iam_policy.s3_managed_buckets["this"].policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "eusouth2"
          Effect = "Allow"
          Action = "s3:GetObject"
          Resource = [
            "arn:aws:s3:::aws-windows-downloads-eu-south-2/*",
            "arn:aws:s3:::amazon-ssm-eu-south-2/*",
            "arn:aws:s3:::aws-ssm-eu-south-2/*",
            "arn:aws:s3:::patch-baseline-snapshot-eu-south-2-df2c9d70/*",
            "arn:aws:s3:::aws-patch-manager-eu-south-2-a4cf248b1/*",
          ]
        },
        {
          Sid    = "mxcentral1"
          Effect = "Allow"
          Action = "s3:GetObject"
          Resource = [
            "arn:aws:s3:::aws-windows-downloads-mx-central-1/*",
            "arn:aws:s3:::amazon-ssm-mx-central-1/*",
            "arn:aws:s3:::aws-ssm-mx-central-1/*",
            "arn:aws:s3:::patch-baseline-snapshot-mx-central-1/*",
          ]
        },
        {
          Sid    = "useast1"
          Effect = "Allow"
          Action = "s3:GetObject"
          Resource = [
            "arn:aws:s3:::aws-windows-downloads-us-east-1/*",
            "arn:aws:s3:::amazon-ssm-us-east-1/*",
            "arn:aws:s3:::aws-ssm-us-east-1/*",
            "arn:aws:s3:::patch-baseline-snapshot-us-east-1/*",
            "arn:aws:s3:::aws-patch-manager-of-tomorrow/*",
            "arn:aws:s3:::amazon-ssm-packages-us-east-1/*",
            "arn:aws:s3:::us-east-1-birdwatcher-prod/*",
            "arn:aws:s3:::aws-ssm-distributor-file-us-east-1/*",
            "arn:aws:s3:::aws-ssm-document-attachments-us-east-1/*",
          ]
        },
      ]
    }
    error_message = "The policy does not name the buckets of each region, and those alone."
  }
  assert {
    condition = (
      aws_iam_policy.s3_managed_buckets["this"].name == "Hybrid-s3-managed-buckets" &&
      aws_iam_policy.s3_managed_buckets["this"].path == "/hybrid/" &&
      aws_iam_policy.s3_managed_buckets["this"].tags == tomap({ Owner = "platform" })
    )
    error_message = "The policy does not take its name, path and tags after the role."
  }
  assert {
    condition     = keys(aws_iam_role_policy_attachment.s3_managed_buckets) == ["this"] && length(aws_iam_policy.s3_buckets) == 0
    error_message = "Not one attachment for all regions."
  }
}

run "s3_buckets" {
  command = plan

  variables {
    s3_buckets = {
      commands  = { bucket = "example-output", prefix = "run-command/output", purpose = "run_command", put_object_acl = true }
      inventory = { bucket = "example-inventory", prefix = "", purpose = "inventory" }
      patches   = { bucket = "example-patches", prefix = "", purpose = "patch_baseline" }
      scripts   = { bucket = "example-scripts", prefix = "ansible", purpose = "scripts", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/0123-abcd" }
      sessions  = { bucket = "example-sessions", prefix = "", purpose = "session_manager", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/4567-cdef" }
      states    = { bucket = "example-states", prefix = "", purpose = "state_manager" }
    }
  }

  assert {
    condition = jsondecode(aws_iam_policy.s3_buckets["this"].policy) == {
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = ["s3:PutObject", "s3:PutObjectAcl"], Resource = "arn:aws:s3:::example-output/run-command/output/*" },
        { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-output" },
        { Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::example-inventory/*" },
        { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-inventory" },
        { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::example-patches/*" },
        { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::example-scripts/ansible/*" },
        {
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = "arn:aws:s3:::example-scripts"
          Condition = { StringLike = { "s3:prefix" = "ansible/*" } }
        },
        {
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = "arn:aws:kms:eu-west-1:111111111111:key/0123-abcd"
          Condition = { StringEquals = { "kms:ViaService" = ["s3.eu-west-1.amazonaws.com"] } }
        },
        { Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::example-sessions/*" },
        { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-sessions" },
        {
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource  = "arn:aws:kms:eu-west-1:111111111111:key/4567-cdef"
          Condition = { StringEquals = { "kms:ViaService" = ["s3.eu-west-1.amazonaws.com"] } }
        },
        { Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::example-states/*" },
        { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-states" },
      ]
    }
    error_message = "The policy does not open each bucket as its purpose needs."
  }
  assert {
    condition     = keys(aws_iam_role_policy_attachment.s3_buckets) == ["this"] && length(aws_iam_policy.s3_managed_buckets) == 0
    error_message = "Not one attachment for all buckets."
  }
}

run "log_groups" {
  command = plan

  variables {
    log_groups = {
      commands = { log_group_arn = "arn:aws:logs:us-east-1:111111111111:log-group:commands", purpose = "run_command" }
      sessions = {
        log_group_arn = "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions"
        purpose       = "session_manager"
        kms_key_arn   = "arn:aws:kms:eu-central-1:111111111111:key/0123-abcd"
      }
    }
  }

  assert {
    condition = jsondecode(aws_iam_policy.log_groups["this"].policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:us-east-1:111111111111:log-group:commands", "arn:aws:logs:us-east-1:111111111111:log-group:commands:*"]
        },
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions", "arn:aws:logs:eu-central-1:111111111111:log-group:/ssm/sessions:*"]
        },
        {
          Effect    = "Allow"
          Action    = "kms:Decrypt"
          Resource  = "arn:aws:kms:eu-central-1:111111111111:key/0123-abcd"
          Condition = { StringLike = { "kms:EncryptionContext:aws:ssm:SessionId" = "*" } }
        },
        {
          Effect   = "Allow"
          Action   = "logs:DescribeLogGroups"
          Resource = ["arn:aws:logs:us-east-1:111111111111:log-group:*", "arn:aws:logs:eu-central-1:111111111111:log-group:*"]
        },
      ]
    }
    error_message = "The policy does not open the groups named, and those alone."
  }
  assert {
    condition     = aws_iam_policy.log_groups["this"].name == "SSMServiceRole-log-groups" && length(output.attached_policy_arns) == 2
    error_message = "Not one attachment for all groups."
  }
}

run "spaces_around_an_arn_and_a_slash_behind_a_prefix_are_cut_off" {
  command = plan

  variables {
    permissions_boundary = " arn:aws:iam::111111111111:policy/Boundary "
    core_policy_arn      = "arn:aws:iam::111111111111:policy/Core\n"
    cloudwatch_agent     = { narrow = { policy_arn = " arn:aws:iam::111111111111:policy/Agent" } }
    policies             = { mine = { policy_arn = "arn:aws:iam::111111111111:policy/Mine " } }
    s3_buckets = {
      x = { bucket = "example-scripts", prefix = "a/b/", purpose = "scripts", kms_key_arn = " arn:aws:kms:eu-central-1:111111111111:key/1 " }
    }
    log_groups = { x = { log_group_arn = " arn:aws:logs:eu-central-1:111111111111:log-group:x ", purpose = "run_command" } }
    user_access = {
      x = { level = "operator", node_tags = {}, kms_key_arn = " arn:aws:kms:eu-central-1:111111111111:key/1 " }
    }
  }

  assert {
    condition = (
      aws_iam_role.this.permissions_boundary == "arn:aws:iam::111111111111:policy/Boundary" &&
      aws_iam_role_policy_attachment.core.policy_arn == "arn:aws:iam::111111111111:policy/Core" &&
      aws_iam_role_policy_attachment.cloudwatch_agent["narrow"].policy_arn == "arn:aws:iam::111111111111:policy/Agent" &&
      aws_iam_role_policy_attachment.policies["mine"].policy_arn == "arn:aws:iam::111111111111:policy/Mine"
    )
    error_message = "An ARN keeps the spaces around it."
  }
  assert {
    condition = alltrue([
      for policy in [
        aws_iam_policy.s3_buckets["this"].policy, aws_iam_policy.log_groups["this"].policy, aws_iam_policy.user_access["x"].policy,
      ] : !strcontains(policy, " ")
    ])
    error_message = "An ARN in a policy keeps the spaces around it."
  }
  assert {
    condition = (
      strcontains(aws_iam_policy.s3_buckets["this"].policy, "arn:aws:s3:::example-scripts/a/b/*") &&
      strcontains(aws_iam_policy.s3_buckets["this"].policy, "\"s3:prefix\":\"a/b/*\"")
    )
    error_message = "The prefix keeps the slash behind it."
  }
}
