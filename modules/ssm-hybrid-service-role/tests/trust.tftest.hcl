# Who may assume the role, and the partition of every ARN.

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

run "without_conditions_as_in_the_older_procedure" {
  command = plan

  variables {
    trust_conditions = false
    trust_regions    = ["eu-west-1"]
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy) == {
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Principal = { Service = "ssm.amazonaws.com" }, Action = "sts:AssumeRole" }]
    }
    error_message = "There are conditions, or more than Systems Manager may assume the role."
  }
}

run "for_some_regions" {
  command = plan

  variables {
    trust_regions = ["us-west-2", "eu-west-1"]
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "111111111111" }
      ArnEquals    = { "aws:SourceArn" = ["arn:aws:ssm:us-west-2:111111111111:*", "arn:aws:ssm:eu-west-1:111111111111:*"] }
    }
    error_message = "The conditions do not name the regions, in their order."
  }
}

run "in_china" {
  command = plan

  variables {
    region                  = "cn-north-1"
    trust_service_principal = "ssm.amazonaws.com.cn"
    s3_managed_buckets      = { cn-northwest-1 = {} }
    s3_buckets              = { all = { bucket = "example", prefix = "", purpose = "run_command", kms_key_arn = "arn:aws-cn:kms:cn-north-1:111111111111:key/0123-abcd" } }
    cloudwatch_agent        = { default = { policy_arn = null } }
    directory_service       = { default = { policy_arn = null } }
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0] == {
      Effect    = "Allow"
      Principal = { Service = "ssm.amazonaws.com.cn" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "111111111111" }
        ArnEquals    = { "aws:SourceArn" = ["arn:aws-cn:ssm:*:111111111111:*"] }
      }
    }
    error_message = "The trust policy is not one of China's partition and principal."
  }
  assert {
    condition = local.attached_policies == {
      "role.core_policy_arn"           = "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore"
      "directory_service[\"default\"]" = "arn:aws-cn:iam::aws:policy/AmazonSSMDirectoryServiceAccess"
      "cloudwatch_agent[\"default\"]"  = "arn:aws-cn:iam::aws:policy/CloudWatchAgentServerPolicy"
      s3_managed_buckets               = "arn:aws-cn:iam::111111111111:policy/SSMServiceRole-s3-managed-buckets"
      s3_buckets                       = "arn:aws-cn:iam::111111111111:policy/SSMServiceRole-s3-buckets"
    }
    error_message = "A policy is not one of China's partition."
  }
  assert {
    condition = jsondecode(aws_iam_policy.s3_managed_buckets["this"].policy).Statement[0].Resource == [
      "arn:aws-cn:s3:::aws-windows-downloads-cn-northwest-1/*",
      "arn:aws-cn:s3:::amazon-ssm-cn-northwest-1/*",
      "arn:aws-cn:s3:::aws-ssm-cn-northwest-1/*",
      "arn:aws-cn:s3:::patch-baseline-snapshot-cn-northwest-1/*",
    ]
    error_message = "AWS's buckets are not those of China, or one is there whose name AWS does not publish."
  }
  assert {
    condition = (
      jsondecode(aws_iam_policy.s3_buckets["this"].policy).Statement[0].Resource == "arn:aws-cn:s3:::example/*" &&
      jsondecode(aws_iam_policy.s3_buckets["this"].policy).Statement[2].Condition.StringEquals["kms:ViaService"] ==
      ["s3.cn-north-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn"]
    )
    error_message = "The bucket's ARN or the key's condition is not one of China."
  }
}

run "in_govcloud" {
  command = plan

  variables {
    region        = "us-gov-west-1"
    trust_regions = ["us-gov-west-1"]
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] ==
      ["arn:aws-us-gov:ssm:us-gov-west-1:111111111111:*"]
    )
    error_message = "The trust policy is not one of GovCloud's partition."
  }
  assert {
    condition     = output.attached_policy_arns == tolist(["arn:aws-us-gov:iam::aws:policy/AmazonSSMManagedInstanceCore"])
    error_message = "The required policy is not one of GovCloud's partition."
  }
}
