# A variable that is named here replaces the whole map of accounts.yaml; the other features stay as they are there.
cloudwatch_agent = {}

policies = {
  patch = { policy_arn = "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" }
}
