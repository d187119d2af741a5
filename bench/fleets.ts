/** A fleet of any size with every feature on, as `accounts.yaml` and as the shorter file that the bare program reads. */
export function fleets(size: number): { ours: string; bare: string } {
  const ids = [...Array(size)].map((_, index) => String(100_000_000_000 + index));
  const accounts = ids.map(
    (id, index) => `
  account-${index}:
    id: "${id}"
    region: eu-central-1
    directory_service:
      default: {}
    cloudwatch_agent:
      default: {}
    s3_managed_buckets:
      eu-central-1:
        legacy_agent: true
    s3_buckets:
      run-command:
        bucket: example-output-{account_id}
        prefix: run-command
    policies:
      custom:
        policy_arn: arn:aws:iam::{account_id}:policy/my-bucket-policy-name`,
  );
  const ours = `defaults:
  deploy_role_arn: arn:{partition}:iam::{account_id}:role/TerraformDeploy
  tags:
    Owner: platform
  state:
    backend: s3
    bucket: example-terraform-state
    key: ssm-hybrid-service-role/{account_id}.tfstate
    region: eu-central-1
accounts:${accounts.join("")}
`;
  const bare = ids.map(
    (id, index) => `
  account-${index}:
    id: "${id}"
    region: eu-central-1
    bucket: example-output-${id}`,
  );
  return { ours, bare: `accounts:${bare.join("")}\n` };
}
