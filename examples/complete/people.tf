# Who gets the policies of user_access.

resource "aws_iam_group" "helpdesk" {
  name = "ExampleHelpdesk"
}

resource "aws_iam_user" "auditor" {
  name = "example-auditor"
}

resource "aws_iam_role" "operator" {
  name = "ExampleOperator"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = local.account_id }, Action = "sts:AssumeRole" }]
  })
}
