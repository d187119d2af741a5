/**
 * Returns an account with every feature and every attribute, with the file's field names. Only the state is missing.
 * @param partition - partition of the region, which all ARNs contain
 */
export function fullAccount(partition = "aws", region = "eu-central-1") {
  const id = "111111111111";
  const iam = (name: string) => `arn:${partition}:iam::${id}:${name}`;
  const regional = (service: string, name: string) => `arn:${partition}:${service}:${region}:${id}:${name}`;
  const kms_key_arn = regional("kms", "key/1");
  return {
    id,
    region,
    deploy_role_arn: iam("role/TerraformDeploy"),
    external_id: "shared",
    role: {
      name: "Hybrid",
      path: "/machines/",
      description: "0x10",
      max_session_duration: 7200,
      permissions_boundary: iam("policy/boundary"),
      force_detach_policies: true,
      managed_policy_quota: 20,
    },
    trust: { regions: [region] },
    tags: { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y", "a:b/c": "" },
    directory_service: { default: {} },
    cloudwatch_agent: { "1e5": { policy_arn: iam("policy/007") } },
    s3_managed_buckets: { [region]: { legacy_agent: true, patch_manager_bucket: "aws-patch-manager-named" } },
    s3_buckets: {
      run_command: {
        bucket: "example-output",
        prefix: "a/b",
        purpose: "run_command",
        put_object_acl: true,
        kms_key_arn,
      },
    },
    log_groups: {
      sessions: { log_group_arn: regional("logs", "log-group:/ssm"), purpose: "session_manager", kms_key_arn },
    },
    policies: { mine: { policy_arn: iam("policy/mine") } },
    user_access: {
      operators: {
        level: "operator",
        groups: ["Operators"],
        roles: ["Night"],
        users: ["jo"],
        node_tags: { "Cost center": "" },
        kms_key_arn,
      },
    },
    instance_tier: { [region]: { tier: "advanced" } },
    activations: {
      week: {
        registration_limit: 50,
        expires_in_days: 7,
        description: "Machines of the plant",
        default_instance_name: "plant",
        tags: { Team: "plant" },
        region,
        by_runbook: false,
      },
    },
  };
}

/** Returns a file of accounts by name, with the file's field names. */
export function fileOf(accounts: Readonly<Record<string, object>>): string {
  return JSON.stringify({ accounts });
}

type Fields = Readonly<Record<string, unknown>>;

/** Returns the feature maps as Terraform accepts them, with null for attributes that its types require and the file does not. */
export function inTerraform(fields: Fields): Fields {
  const stated: Readonly<Record<string, Fields>> = {
    directory_service: { policy_arn: null },
    cloudwatch_agent: { policy_arn: null },
    activations: { by_runbook: null },
  };
  const map = (feature: string, entries: unknown) =>
    Object.fromEntries(
      Object.entries(entries as object).map(([key, entry]) => [key, { ...stated[feature], ...entry }]),
    );
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, stated[name] ? map(name, value) : value]),
  );
}

/** Returns the fields of an account as inputs of the module, which has separate inputs for the fields of `role` and `trust`. */
export function moduleInputs({ role, trust, ...fields }: Fields): Fields {
  const { name, ...settings } = (role ?? {}) as Fields;
  const ofTrust = Object.entries((trust ?? {}) as Fields).map(([field, value]) => [`trust_${field}`, value]);
  return {
    ...(name !== undefined && { role_name: name }),
    ...settings,
    ...Object.fromEntries(ofTrust),
    ...inTerraform(fields),
  };
}
