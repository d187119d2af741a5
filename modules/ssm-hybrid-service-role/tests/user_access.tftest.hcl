# What people may do: a policy for each entry, and who gets it.

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

run "each_level" {
  command = plan

  variables {
    tags = { Owner = "platform" }
    s3_buckets = {
      output  = { bucket = "example-output", prefix = "", purpose = "run_command" }
      scripts = { bucket = "example-scripts", prefix = "", purpose = "scripts" }
    }
    user_access = {
      readers = { level = "read_only" }
      plant = {
        level       = "operator"
        node_tags   = { Team = "plant", "Cost center" = "" }
        kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/0123-abcd"
      }
      admins = { level = "administrator" }
    }
  }

  assert {
    condition = jsondecode(aws_iam_policy.user_access["readers"].policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "ssm:DescribeActivations", "ssm:DescribeInstanceInformation", "ssm:DescribeInstanceProperties",
            "ssm:DescribeSessions", "ssm:ListAssociations", "ssm:ListCommands",
            "ssm:ListComplianceItems", "ssm:ListDocuments", "ssm:ListInventoryEntries",
            "ssm:ListResourceComplianceSummaries",
          ]
          Resource = "*"
        },
        {
          Sid    = "ReadMachines"
          Effect = "Allow"
          Action = [
            "ssm:DescribeInstanceAssociationsStatus", "ssm:DescribeInstancePatchStates", "ssm:DescribeInstancePatches",
            "ssm:ListTagsForResource",
          ]
          Resource = "arn:aws:ssm:*:111111111111:managed-instance/*"
        },
      ]
    }
    error_message = "read_only does more than list and describe."
  }
  assert {
    condition = slice(jsondecode(aws_iam_policy.user_access["plant"].policy).Statement, 2, 10) == [
      {
        Sid      = "UseMachines"
        Effect   = "Allow"
        Action   = ["ssm:GetConnectionStatus", "ssm:SendCommand", "ssm:StartSession"]
        Resource = "arn:aws:ssm:*:111111111111:managed-instance/*"
        Condition = {
          BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" }
          StringEquals = { "ssm:resourceTag/Cost center" = "", "ssm:resourceTag/Team" = "plant" }
        }
      },
      {
        Sid      = "RunDocuments"
        Effect   = "Allow"
        Action   = ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"]
        Resource = ["arn:aws:ssm:*::document/*", "arn:aws:ssm:*:111111111111:document/*"]
      },
      {
        Sid      = "StartShell"
        Effect   = "Allow"
        Action   = "ssm:StartSession"
        Resource = "arn:aws:ssm:*:111111111111:document/SSM-SessionManagerRunShell"
      },
      {
        Sid       = "OwnSessions"
        Effect    = "Allow"
        Action    = ["ssm:ResumeSession", "ssm:TerminateSession"]
        Resource  = "arn:aws:ssm:*:111111111111:session/*"
        Condition = { StringLike = { "ssm:resourceTag/aws:ssmmessages:session-id" = "$${aws:userid}" } }
      },
      {
        Sid      = "OwnChannels"
        Effect   = "Allow"
        Action   = "ssmmessages:OpenDataChannel"
        Resource = "arn:aws:ssm:*:111111111111:session/$${aws:userid}-*"
      },
      {
        Sid      = "NotChannelsOfOthers"
        Effect   = "Deny"
        Action   = "ssmmessages:OpenDataChannel"
        Resource = "arn:aws:ssm:*:111111111111:session/$${aws:userid}-*-*"
      },
      { Sid = "OutputBuckets", Effect = "Allow", Action = "ssm:SendCommand", Resource = ["arn:aws:s3:::example-output"] },
      {
        Sid       = "EncryptSessions"
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = "arn:aws:kms:eu-central-1:111111111111:key/0123-abcd"
        Condition = { StringLike = { "kms:EncryptionContext:aws:ssm:TargetId" = "mi-*" } }
      },
    ]
    error_message = "operator does not run commands and shells on the machines with the tags alone."
  }
  assert {
    condition     = length(jsondecode(aws_iam_policy.user_access["plant"].policy).Statement) == 10
    error_message = "operator may do more."
  }
  assert {
    condition = slice(jsondecode(aws_iam_policy.user_access["admins"].policy).Statement, 8, 14) == [
      {
        Sid      = "Follow"
        Effect   = "Allow"
        Action   = ["ssm:CancelCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations"]
        Resource = "*"
      },
      { Sid = "OutputBuckets", Effect = "Allow", Action = "ssm:SendCommand", Resource = ["arn:aws:s3:::example-output"] },
      { Sid = "Activate", Effect = "Allow", Action = ["ssm:CreateActivation", "ssm:DeleteActivation"], Resource = "*" },
      {
        Sid    = "ManageMachines"
        Effect = "Allow"
        Action = [
          "ssm:AddTagsToResource", "ssm:DeregisterManagedInstance", "ssm:RemoveTagsFromResource",
          "ssm:UpdateManagedInstanceRole",
        ]
        Resource = "arn:aws:ssm:*:111111111111:managed-instance/*"
      },
      {
        Sid      = "UseThisRole"
        Effect   = "Allow"
        Action   = "ssm:UpdateManagedInstanceRole"
        Resource = "arn:aws:iam::111111111111:role/hybrid/Hybrid"
      },
      {
        Sid       = "PassThisRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "arn:aws:iam::111111111111:role/hybrid/Hybrid"
        Condition = { StringEquals = { "iam:PassedToService" = ["ssm.amazonaws.com"] } }
      },
    ]
    error_message = "administrator does not make activations for this role alone."
  }
  assert {
    condition     = length(jsondecode(aws_iam_policy.user_access["admins"].policy).Statement) == 14
    error_message = "administrator may do more."
  }
  assert {
    condition = (
      { for k, p in aws_iam_policy.user_access : k => p.name } == {
        readers = "Hybrid-user-access-readers"
        plant   = "Hybrid-user-access-plant"
        admins  = "Hybrid-user-access-admins"
      } &&
      alltrue([for p in aws_iam_policy.user_access : p.path == "/hybrid/" && p.tags == tomap({ Owner = "platform" })])
    )
    error_message = "The policies do not take their names, path and tags after the role and the label."
  }
  assert {
    condition     = length(output.attached_policy_arns) == 2
    error_message = "The machines get what people have."
  }
  assert {
    condition = (
      length(aws_iam_group_policy_attachment.user_access) == 0 &&
      length(aws_iam_role_policy_attachment.user_access) == 0 &&
      length(aws_iam_user_policy_attachment.user_access) == 0
    )
    error_message = "Somebody gets a policy who is not named."
  }
}

run "who_gets_them" {
  # The policies' ARNs are known after the apply only, and the attachments take nothing else. For all policies: OpenTofu takes no key here.
  override_resource {
    target = aws_iam_policy.user_access
    values = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }

  variables {
    user_access = {
      a = { level = "operator", node_tags = {}, groups = ["Plant", "Support"], users = ["jo"] }
      b = { level = "read_only", groups = ["Support"], roles = ["Auditors"], users = ["jo"] }
    }
  }

  assert {
    condition = { for k, a in aws_iam_group_policy_attachment.user_access : k => a.group } == {
      "a/Plant"   = "Plant"
      "a/Support" = "Support"
      "b/Support" = "Support"
    }
    error_message = "Not each group named gets the policies of its entries."
  }
  assert {
    condition     = { for k, a in aws_iam_role_policy_attachment.user_access : k => a.role } == { "b/Auditors" = "Auditors" }
    error_message = "Not each role named gets the policies of its entries."
  }
  assert {
    condition     = { for k, a in aws_iam_user_policy_attachment.user_access : k => a.user } == { "a/jo" = "jo", "b/jo" = "jo" }
    error_message = "Not each user named gets the policies of its entries."
  }
  assert {
    condition = alltrue([
      for a in concat(
        values(aws_iam_group_policy_attachment.user_access), values(aws_iam_role_policy_attachment.user_access),
        values(aws_iam_user_policy_attachment.user_access),
      ) : a.policy_arn == "arn:aws:iam::111111111111:policy/mocked"
    ])
    error_message = "An attachment does not take the ARN of an entry's policy."
  }
  assert {
    condition     = keys(output.user_access_policy_arns) == ["a", "b"]
    error_message = "The output does not name each entry's policy."
  }
}

run "in_china" {
  command = plan

  variables {
    region      = "cn-north-1"
    s3_buckets  = { output = { bucket = "example-output", prefix = "", purpose = "run_command" } }
    user_access = { admins = { level = "administrator", kms_key_arn = "arn:aws-cn:kms:cn-north-1:111111111111:key/0123-abcd" } }
  }

  assert {
    condition     = !strcontains(replace(aws_iam_policy.user_access["admins"].policy, "arn:aws-cn:", ""), "arn:")
    error_message = "An ARN is not one of China's partition."
  }
  assert {
    condition = one([
      for s in jsondecode(aws_iam_policy.user_access["admins"].policy).Statement : s if s.Sid == "PassThisRole"
    ]).Condition.StringEquals["iam:PassedToService"] == ["ssm.amazonaws.com", "ssm.amazonaws.com.cn"]
    error_message = "The role cannot be passed to Systems Manager under either of its names in China."
  }
}

run "the_longest_name_that_iam_takes" {
  command = plan

  plan_options {
    replace = [terraform_data.identity]
  }
  variables {
    role_name   = format("%064d", 0)
    path        = "/"
    user_access = { (format("%051d", 0)) = { level = "read_only" } }
  }
  assert {
    condition     = alltrue([for p in aws_iam_policy.user_access : length(p.name) == 128])
    error_message = "The name is not as long as this test means it to be."
  }
}

run "one_character_more_in_a_name" {
  command = plan

  plan_options {
    replace = [terraform_data.identity]
  }
  variables {
    role_name   = format("%064d", 0)
    path        = "/"
    user_access = { (format("%052d", 0)) = { level = "read_only" } }
  }
  expect_failures = [aws_iam_policy.user_access["0000000000000000000000000000000000000000000000000000"]]
}

run "labels_that_differ_in_case_alone" {
  command = plan

  variables {
    user_access = { Admins = { level = "read_only" }, admins = { level = "read_only" } }
  }
  expect_failures = [aws_iam_policy.user_access["Admins"], aws_iam_policy.user_access["admins"]]
}

run "a_name_and_a_path_of_its_own" {
  command = plan

  variables {
    user_access = {
      named   = { level = "read_only", name = "HybridReaders", path = "/people/" }
      default = { level = "read_only" }
      # AWS's own policies share no names with those of the account.
      core = { level = "read_only", name = "AmazonSSMManagedInstanceCore" }
    }
  }
  assert {
    condition = { for k, p in aws_iam_policy.user_access : k => "${p.path}${p.name}" } == {
      named   = "/people/HybridReaders"
      default = "/hybrid/Hybrid-user-access-default"
      core    = "/hybrid/AmazonSSMManagedInstanceCore"
    }
    error_message = "A policy has not the name or path of its entry."
  }
}

run "a_wrong_name" {
  command = plan

  variables {
    user_access = { a = { level = "read_only", name = "people/Readers" } }
  }
  expect_failures = [var.user_access]
}

run "a_wrong_path" {
  command = plan

  variables {
    user_access = { a = { level = "read_only", path = "people" } }
  }
  expect_failures = [var.user_access]
}

run "the_name_of_another_policy" {
  command = plan

  variables {
    s3_buckets = { output = { bucket = "example-output", prefix = "", purpose = "run_command" } }
    policies   = { q = { policy_arn = "arn:aws:iam::111111111111:policy/a/Mine" } }
    user_access = {
      a = { level = "read_only" }
      b = { level = "read_only", name = "hybrid-user-access-A", path = "/b/" }
      c = { level = "read_only", name = "Hybrid-S3-buckets" }
      d = { level = "read_only", name = "mine" }
      e = { level = "read_only", name = "Another" }
    }
  }
  expect_failures = [
    aws_iam_policy.user_access["a"], aws_iam_policy.user_access["b"], aws_iam_policy.user_access["c"],
    aws_iam_policy.user_access["d"],
  ]
}

run "the_service_role_itself" {
  command = plan

  variables {
    user_access = {
      others = { level = "read_only", roles = ["Hybrid2"] }
      it     = { level = "read_only", roles = ["Auditors", "hybrid"] }
    }
  }
  expect_failures = [aws_iam_policy.user_access["it"]]
}
