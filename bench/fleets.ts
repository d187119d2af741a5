const FIVE = `
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
        purpose: run_command
    policies:
      custom:
        policy_arn: arn:aws:iam::{account_id}:policy/my-bucket-policy-name`;

/** Features of every account of a fleet, as in `accounts.yaml`. */
const FEATURES = {
  five: FIVE,
  eight: `${FIVE}
    log_groups:
      run-command:
        log_group_arn: arn:aws:logs:{region}:{account_id}:log-group:/ssm/run-command
        purpose: run_command
    user_access:
      operators:
        level: operator
        node_tags: {}
        groups: [operators]
    activations:
      line:
        registration_limit: 10
        expires_in_days: 30`,
} as const;

/** Number of features of every account: all eight, or the five that only attach policies to the role. */
export type FleetKind = keyof typeof FEATURES;

/** Returns a fleet of any size, as `accounts.yaml` and as the shorter file for the bare program. */
export function fleets(size: number, kind: FleetKind = "eight"): { ours: string; bare: string } {
  const ids = [...Array(size)].map((_, index) => String(100_000_000_000 + index));
  const accounts = ids.map(
    (id, index) => `
  account-${index}:
    id: "${id}"
    region: eu-central-1${FEATURES[kind]}`,
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
  return { ours, bare: `features: ${kind}\naccounts:${bare.join("")}\n` };
}
