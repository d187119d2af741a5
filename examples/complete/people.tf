# Groups, roles and users that get the policies of user_access.

resource "aws_iam_group" "helpdesk" {
  name = "ExampleHelpdesk"
}

resource "aws_iam_user" "auditor" {
  name = "example-auditor"
}

resource "aws_iam_role" "operator" {
  name = "ExampleOperator"
  # Without the condition, every principal of the account with sts:AssumeRole could assume the role. The condition allows only a permission
  # set of IAM Identity Center:
  # https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account_id}:root" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike = {
          "aws:PrincipalArn" = "arn:aws:iam::${local.account_id}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_LineOperators_*"
        }
      }
    }]
  })
}
