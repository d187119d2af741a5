import { cpSync } from "node:fs";
import { join } from "node:path";
import { type Lab, REPOSITORY } from "../../scripts/support/lab";
import { moduleInputs } from "../accounts";
import { describeInLab, synthesize } from "./support";

const ID = "111111111111";
const DEPLOY_ROLE = `arn:aws:iam::${ID}:role/TerraformDeploy`;

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** Formats a date like Terraform. */
const momentAt = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[.]000Z$/, "Z");
const IN_A_WEEK = momentAt(Math.floor(Date.now() / 1000) * 1000 + WEEK);

/** Fields that an account in the file and the module have in common. */
const INPUTS: Record<string, { region: string; [field: string]: unknown }> = {
  minimal: { region: "eu-central-1" },
  complete: {
    region: "eu-west-1",
    tags: { Owner: "platform", "Cost center": "4711" },
    role: {
      name: "Hybrid",
      path: "/hybrid/eu/",
      description: "Machines of the factory, Größe 1",
      max_session_duration: 7200,
      permissions_boundary: `arn:aws:iam::${ID}:policy/Boundary`,
      force_detach_policies: true,
      core_policy_arn: `arn:aws:iam::${ID}:policy/NarrowCore`,
      managed_policy_quota: 12,
    },
    trust: { regions: ["us-west-2", "eu-west-1"] },
    directory_service: { corp: {}, branch: { policy_arn: `arn:aws:iam::${ID}:policy/NarrowDirectory` } },
    cloudwatch_agent: { default: {} },
    s3_managed_buckets: {
      "eu-south-2": {},
      "us-east-1": { legacy_agent: true, patch_manager_bucket: "aws-patch-manager-of-tomorrow" },
    },
    s3_buckets: {
      output: { bucket: "example-output", prefix: "run-command", purpose: "run_command", put_object_acl: true },
      scripts: {
        bucket: "example-scripts",
        prefix: "",
        purpose: "scripts",
        kms_key_arn: `arn:aws:kms:eu-west-1:${ID}:key/0123-abcd`,
      },
    },
    log_groups: {
      sessions: {
        log_group_arn: `arn:aws:logs:eu-west-1:${ID}:log-group:/ssm/sessions`,
        purpose: "session_manager",
        kms_key_arn: `arn:aws:kms:eu-west-1:${ID}:key/4567-cdef`,
      },
    },
    policies: {
      patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" },
      own: { policy_arn: `arn:aws:iam::${ID}:policy/path/own` },
    },
    user_access: {
      watch: { level: "read_only", groups: ["Helpdesk"], users: ["auditor"] },
      line: { level: "operator", roles: ["Operators"], node_tags: { Line: "1" } },
      admins: { level: "administrator", kms_key_arn: `arn:aws:kms:eu-west-1:${ID}:key/4567-cdef` },
    },
    activations: {
      bare: {},
      date: { expiration_date: IN_A_WEEK, description: "Größe 1", tags: { Owner: "line 1", Line: "1" } },
      days: { expires_in_days: 7, registration_limit: 20, default_instance_name: "line 1" },
    },
  },
  // Old trust policy, and another service principal.
  procedure: { region: "eu-central-1", trust: { conditions: false, service_principal: "ssm.amazonaws.com.cn" } },
};

describeInLab("an account's root module and the module, with the same input", (lab) => {
  beforeAll(() => cpSync(join(REPOSITORY, "modules"), lab().directory("modules"), { recursive: true }));

  test.each(Object.entries(INPUTS))("plan the same resources, values and outputs: %s", async (name, input) => {
    const account = { id: ID, deploy_role_arn: DEPLOY_ROLE, ...input };
    const root = (await synthesize(lab(), name, JSON.stringify({ accounts: { [name]: account } })))(name);
    const byRoot = await plan(lab(), root);
    const byModule = await plan(lab(), caller(lab(), name, input));
    expect(byModule).toEqual(byRoot);
    expect(Object.keys(byRoot.resources)).toHaveLength({ minimal: 3, complete: 26, procedure: 3 }[name] as number);
    expect(Object.keys(byRoot.outputs)).toHaveLength(7);
  });
});

/** A root module that calls the module, with the outputs of an account's root module. */
function caller(lab: Lab, name: string, input: (typeof INPUTS)[string]): string {
  const output = (of: string) => ({ value: `\${module.this.${of}}` });
  const json = {
    provider: { aws: { region: input.region, assume_role: { role_arn: DEPLOY_ROLE } } },
    module: { this: { source: "../modules/ssm-hybrid-service-role", account_id: ID, ...moduleInputs(input) } },
    output: {
      role_name: output("name"),
      role_arn: output("arn"),
      role_unique_id: output("unique_id"),
      attached_policy_arns: output("attached_policy_arns"),
      user_access_policy_arns: output("user_access_policy_arns"),
      activation_ids: output("activation_ids"),
      activation_codes: { ...output("activation_codes"), sensitive: true },
    },
  };
  lab.file(`${name}-by-module/main.tf.json`, JSON.stringify(json));
  return lab.directory(`${name}-by-module`);
}

interface Planned {
  readonly resources: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

/** The contents of a plan: known values, and which values are known only after the apply. */
async function plan(lab: Lab, root: string): Promise<Planned> {
  await lab.mustTerraform(root, "init", "-input=false");
  await lab.mustTerraform(root, "plan", "-input=false", "-out=plan.bin");
  const text = await lab.mustTerraform(root, "show", "-json", "plan.bin");
  // The two plans have different timestamps.
  const { timestamp }: { timestamp: string } = JSON.parse(text);
  const shown: Shown = JSON.parse(
    text.replaceAll(timestamp, "now").replaceAll(momentAt(Date.parse(timestamp) + WEEK), "in a week"),
  );
  const changes = shown.resource_changes.map(({ address, change }) => {
    const { before, after, actions, after_unknown } = change;
    // An account's tags reach its resources through the provider's default_tags. The module configures no provider, so
    // it sets `tags`.
    // AWS gets `tags_all` in both cases.
    const { tags: _, ...values } = after;
    const { tags: __, ...unknown } = after_unknown;
    return [address.replace(/^module\.this\./, ""), { before, actions, values, unknown }];
  });
  // Only output_changes shows that an output is not known yet; planned_values does not.
  const outputs = Object.entries(shown.output_changes).map(([name, { after, after_unknown }]) => [
    name,
    { after, unknown: after_unknown, planned: shown.planned_values.outputs[name] },
  ]);
  return { resources: Object.fromEntries(changes), outputs: Object.fromEntries(outputs) };
}

interface Shown {
  readonly planned_values: { readonly outputs: Record<string, unknown> };
  readonly resource_changes: readonly { readonly address: string; readonly change: Change }[];
  readonly output_changes: Record<string, { readonly after: unknown; readonly after_unknown: unknown }>;
}

interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: Record<string, unknown>;
  readonly after_unknown: Record<string, unknown>;
}
