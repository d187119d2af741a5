# Each optional feature: what it makes when it is on, with its own attributes; defaults.tftest.hcl has all of them off.

mock_provider "aws" {}

variables {
  account_id = "111111111111"
  region     = "eu-central-1"
}

run "directory_service" {
  command = plan

  variables {
    directory_service = {
      corp   = {}
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
      default = {}
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
    role = { name = "Hybrid", path = "/hybrid/" }
    tags = { Owner = "platform" }
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
      inventory = { bucket = "example-inventory", purpose = "inventory" }
      patches   = { bucket = "example-patches", purpose = "patch_baseline" }
      scripts   = { bucket = "example-scripts", prefix = "ansible", purpose = "scripts", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/0123-abcd" }
      sessions  = { bucket = "example-sessions", purpose = "session_manager", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/4567-cdef" }
      states    = { bucket = "example-states", purpose = "state_manager" }
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
