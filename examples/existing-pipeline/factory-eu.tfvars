# A variable in this file replaces the whole map of accounts.yaml. The other features do not change.
cloudwatch_agent = {}

policies = {
  patch = { policy_arn = "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" }
}
