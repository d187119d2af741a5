# Customer managed policies of the account, for the role.

# Limits the role to what its policies in this example allow, even if other policies are attached later.
resource "aws_iam_policy" "boundary" {
  name = "ExampleBoundary"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "cloudwatch:PutMetricData", "ds:CreateComputer", "ds:DescribeDirectories", "ec2messages:*",
          "ssm:UpdateInstanceInformation", "ssmmessages:*",
        ]
        Resource = "*"
      },
      { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::*/*" },
      { Effect = "Allow", Action = ["s3:PutObject", "s3:PutObjectAcl"], Resource = "arn:aws:s3:::example-ssm-output/*" },
      { Effect = "Allow", Action = "s3:GetEncryptionConfiguration", Resource = "arn:aws:s3:::example-ssm-output" },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:*:${local.account_id}:log-group:*"
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "arn:aws:kms:*:${local.account_id}:key/*"
      },
    ]
  })
}

resource "aws_iam_policy" "core" {
  name = "ExampleNarrowCore"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ssm:UpdateInstanceInformation", "ssmmessages:*", "ec2messages:*"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_policy" "cloudwatch_agent" {
  name = "ExampleCloudWatchAgent"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "cloudwatch:PutMetricData", Resource = "*" }]
  })
}

resource "aws_iam_policy" "custom" {
  name = "my-bucket-policy-name"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::my-bucket-name/*" }]
  })
}
