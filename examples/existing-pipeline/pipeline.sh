#!/bin/sh
# Deploys one account's root with plain Terraform, as a pipeline that knows nothing of CDKTF would:
#
#   examples/existing-pipeline/pipeline.sh cdktf.out/stacks/factory-eu
#
# The root is taken as it was synthesized. The pipeline's own state bucket wins over the one in the root, whose other settings
# stay, and the pipeline's variables win over those of accounts.yaml.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$1
account=$(basename "$root")
terraform=${TERRAFORM_BINARY_NAME:-terraform}

"$terraform" -chdir="$root" init -input=false -backend-config="$here/backend.hcl"
"$terraform" -chdir="$root" plan -input=false -var-file="$here/$account.tfvars" -out=pipeline.plan
"$terraform" -chdir="$root" apply -input=false pipeline.plan
