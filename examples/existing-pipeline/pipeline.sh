#!/bin/sh
# Deploys one account's root module with plain Terraform, as a pipeline without CDKTF does:
#
#   examples/existing-pipeline/pipeline.sh cdktf.out/stacks/factory-eu
#
# It uses the synthesized root module unchanged. The pipeline's state bucket overrides the one in the root module, whose other backend
# settings stay. The pipeline's variables override those of accounts.yaml.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$1
account=$(basename "$root")
terraform=${TERRAFORM_BINARY_NAME:-terraform}

"$terraform" -chdir="$root" init -input=false -backend-config="$here/backend.hcl"
"$terraform" -chdir="$root" plan -input=false -var-file="$here/$account.tfvars" -out=pipeline.plan
"$terraform" -chdir="$root" apply -input=false pipeline.plan
