# Who gets the policies of user_access.

resource "aws_iam_group" "helpdesk" {
  name = "ExampleHelpdesk"
}

resource "aws_iam_user" "auditor" {
  name = "example-auditor"
}

resource "aws_iam_role" "operator" {
  name = "ExampleOperator"
  # The account alone as principal would trust everybody there who may call sts:AssumeRole. This is a permission set of IAM Identity Center:
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
