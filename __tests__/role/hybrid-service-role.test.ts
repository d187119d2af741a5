import { App, TerraformStack, TerraformVariable } from "cdktf";
import { HybridServiceRole, type HybridServiceRoleProps } from "../../lib";
import { trustSchema } from "../../lib/role/schema";
import { trustPolicy } from "../../lib/role/trust-policy";
import { ACCOUNT, at, errorsIn, synthRole } from "../support";

const PROPS = { accountId: ACCOUNT.accountId, region: ACCOUNT.region };
const newStack = () => new TerraformStack(new App({ stackTraces: false }), "s");
const role = (...given: Parameters<typeof synthRole>) =>
  at(synthRole(...given), "resource", "aws_iam_role", "this") as Record<string, unknown>;
const errorsOf = (props: object) =>
  errorsIn(() => synthRole(props as Partial<HybridServiceRoleProps>)).map(({ code, field }) => `${code} ${field}`);

// The decisions of IAM for the trust policy are tested in __tests__/iam, and the role's other blocks in account-stack.test.ts.
test.each([
  ["aws", "eu-central-1", {}],
  ["aws-cn", "cn-north-1", { conditions: false, servicePrincipal: "ssm.amazonaws.com.cn" }],
  ["aws-us-gov", "us-gov-west-1", { regions: ["us-gov-east-1", "us-gov-west-1"] }],
] as const)("the role in %s, and its trust", (partition, region, trust) => {
  const { lifecycle, assume_role_policy, depends_on, ...settings } = role({ region, trust });
  expect(settings).toEqual({ name: "SSMServiceRole", path: "/", force_detach_policies: false });
  expect(depends_on).toEqual(["terraform_data.identity"]);
  const { servicePrincipal, ...same } = { servicePrincipal: "ssm.amazonaws.com", ...trust };
  const read = trustSchema.parse({ ...same, service_principal: servicePrincipal });
  expect(assume_role_policy).toBe(JSON.stringify(trustPolicy({ partition, accountId: ACCOUNT.accountId }, read)));
  expect(at(lifecycle, "precondition", "1", "condition")).toBe("${length(local.attached_policies) <= 10}");
});

// TypeScript refuses these names in a literal only.
test.each([
  [
    { s3Buckets: { out: { bucket: "my-bucket", prefix: "", purpose: "run_command", put_object_acl: true } } },
    "put_object_acl",
    "putObjectAcl",
  ],
  [{ role: { max_session_duration: 7200 } }, "max_session_duration", "maxSessionDuration"],
  [
    { policies: { own: { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess", policy_arn: "x" } } },
    "policy_arn",
    "policyArn",
  ],
])("a name in snake_case is unknown in a program: %j", (props, written, known) => {
  const errors = errorsIn(() => synthRole(props as Partial<HybridServiceRoleProps>));
  expect(errors).toEqual([expect.objectContaining({ code: "unknown_key", fix: `Did you mean ${known}?` })]);
  expect(errors[0]?.field.split(".").at(-1)).toBe(written);
});

test("the role and the resources created with it have the tags, with unchanged keys and values", () => {
  const tags = { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y" };
  const root = synthRole({ tags });
  expect(at(root, "locals", "tags")).toEqual(tags);
  const tagged = Object.entries(at(root, "resource") as Record<string, Record<string, { tags?: string }>>).flatMap(
    ([type, blocks]) => Object.entries(blocks).flatMap(([name, { tags }]) => (tags ? [[`${type}.${name}`, tags]] : [])),
  );
  expect(Object.fromEntries(tagged)).toEqual({
    "aws_iam_role.this": "${local.tags}",
    "aws_iam_policy.s3_buckets": "${local.tags}",
    "aws_iam_policy.s3_managed_buckets": "${local.tags}",
    "aws_iam_policy.log_groups": "${local.tags}",
    "aws_iam_policy.user_access": "${local.tags}",
    "aws_ssm_activation.activations": "${merge(local.tags, each.value.tags)}",
  });
});

test("another core policy is attached instead of AWS's", () => {
  const corePolicyArn = "arn:aws:iam::111111111111:policy/Core";
  expect(at(synthRole({ role: { corePolicyArn } }), "locals", "core_policy_arn")).toBe(corePolicyArn);
});

test("a feature's variable contains the program's entries, with unchanged keys", () => {
  const variables = at(
    synthRole({
      s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
      s3Buckets: { runCommand_A: { bucket: "1e5", prefix: "", purpose: "run_command", putObjectAcl: true } },
    }),
    "variable",
  );
  expect(variables).toMatchObject({
    s3_managed_buckets: { default: { "us-east-1": { legacy_agent: true } } },
    s3_buckets: {
      default: { runCommand_A: { bucket: "1e5", prefix: "", purpose: "run_command", put_object_acl: true } },
    },
  });
});

test("an existing role is imported, and not replaced", () => {
  const root = synthRole({ role: { adopt: true }, cloudwatchAgent: { default: {} } });
  expect(at(root, "resource", "aws_iam_role", "this", "lifecycle", "prevent_destroy")).toBe(true);
  expect(at(root, "import")).toEqual([{ to: "aws_iam_role.this", id: "${local.role_name}" }]);
  expect(at(synthRole(), "import")).toBeUndefined();
});

test("everything that depends on the role is recreated with it, and nothing else", () => {
  const resources = at(synthRole({ role: { exclusivePolicies: true } }), "resource") as Record<string, object>;
  const triggered = Object.entries(resources).flatMap(([type, blocks]) =>
    Object.entries(blocks).flatMap(([name, block]) =>
      at(block, "lifecycle", "replace_triggered_by") ? [[`${type}.${name}`, block.lifecycle.replace_triggered_by]] : [],
    ),
  );
  const withRole = Object.keys(resources.aws_iam_role_policy_attachment as object)
    .filter((name) => name !== "user_access")
    .map((name) => `aws_iam_role_policy_attachment.${name}`);
  expect(Object.fromEntries(triggered)).toEqual({
    ...Object.fromEntries(withRole.map((address) => [address, ["aws_iam_role.this.unique_id"]])),
    "aws_iam_role_policy_attachments_exclusive.this": ["aws_iam_role.this.unique_id"],
    "aws_iam_role_policies_exclusive.this": ["aws_iam_role.this.unique_id"],
    "terraform_data.activations": ["aws_iam_role.this.unique_id"],
    "aws_ssm_activation.activations": ["terraform_data.activations[each.key]"],
  });
});

test("a plan that replaces the role on purpose requires that role.adopt is removed", () => {
  const says = (adopt: boolean) =>
    JSON.stringify(at(synthRole({ role: { adopt } }), "resource", "terraform_data", "identity", "lifecycle"));
  expect(says(false)).toContain("was never created, plan and apply with -replace=terraform_data.identity.");
  expect(says(true)).toContain(
    "first remove role.adopt, which prevents any plan from destroying the role, then plan and apply",
  );
});

test("exclusive_policies detaches managed policies of others and deletes inline policies", () => {
  const exclusive = (root: unknown, type: string) => at(root, "resource", `aws_iam_role_${type}_exclusive`, "this");
  const root = synthRole({ role: { exclusivePolicies: true } });
  const ofRole = {
    role_name: "${aws_iam_role.this.name}",
    lifecycle: { replace_triggered_by: ["aws_iam_role.this.unique_id"] },
  };
  expect(exclusive(root, "policy_attachments")).toEqual({
    ...ofRole,
    policy_arns: new HybridServiceRole(newStack(), "role", PROPS).attachedPolicyArns,
  });
  expect(exclusive(root, "policies")).toEqual({ ...ofRole, policy_names: [] });
  for (const type of ["policy_attachments", "policies"]) expect(exclusive(synthRole(), type)).toBeUndefined();
});

test("a second role in a stack is refused, one in another stack is not", () => {
  const app = new App({ stackTraces: false });
  const [one, two] = [new TerraformStack(app, "one"), new TerraformStack(app, "two")];
  new HybridServiceRole(one, "role", PROPS);
  new HybridServiceRole(two, "role", PROPS);
  expect(() => new HybridServiceRole(one, "other", PROPS)).toThrow(
    "one/other: the stack one has a HybridServiceRole already. Create one stack for each role, because each has its own Terraform variables.",
  );
});

test("the construct's attributes are expressions, the same as its outputs", () => {
  const made = new HybridServiceRole(newStack(), "role", PROPS);
  expect(made).toMatchObject({
    roleName: "${aws_iam_role.this.name}",
    roleArn: "${aws_iam_role.this.arn}",
    roleUniqueId: "${aws_iam_role.this.unique_id}",
  });
  expect(made.outputs).toMatchObject({
    name: { value: made.roleName },
    arn: { value: made.roleArn },
    unique_id: { value: made.roleUniqueId },
    attached_policy_arns: { value: made.attachedPolicyArns },
    activation_codes: { sensitive: true },
  });
});

test("a later change of the props changes nothing", () => {
  const tags: Record<string, string> = { Owner: "x" };
  const stack = newStack();
  new HybridServiceRole(stack, "role", { ...PROPS, tags });
  tags.Owner = "y";
  expect(at(stack.toTerraform(), "locals", "tags")).toEqual({ Owner: "x" });
});

describe("Terraform expressions", () => {
  test("may be used for the account and the role's settings", () => {
    const root = synthRole({
      accountId: "${data.aws_caller_identity.me.account_id}",
      region: "${data.aws_region.me.name}",
      partition: "${data.aws_partition.me.partition}",
      role: { name: "${var.name}", permissionsBoundary: "${aws_iam_policy.boundary.arn}" },
    });
    expect(at(root, "locals")).toMatchObject({
      account_id: "${data.aws_caller_identity.me.account_id}",
      partition: "${data.aws_partition.me.partition}",
      role_name: "${var.name}",
    });
    expect(at(root, "resource", "aws_iam_role", "this")).toMatchObject({
      name: "${var.name}",
      permissions_boundary: "${aws_iam_policy.boundary.arn}",
      assume_role_policy: expect.stringContaining(
        '"aws:SourceArn":["arn:${data.aws_partition.me.partition}:ssm:*:${data.aws_caller_identity.me.account_id}:*"]',
      ),
    });
  });

  test("keep their quotes in the trust policy, which is JSON in a template; the text around them does not", () => {
    const root = synthRole({
      accountId: '${local.ids["a"]}',
      trust: {
        regions: ['${local.regions["a"]}', "eu-west-1"],
        servicePrincipal: '${local.services["a"]}","${local.ids["a"]}',
      },
    });
    const policy = at(root, "resource", "aws_iam_role", "this", "assume_role_policy") as string;
    expect(policy).toContain('{"Service":"${local.services["a"]}\\",\\"${local.ids["a"]}"}');
    expect(policy).toContain(
      '["arn:aws:ssm:${local.regions["a"]}:${local.ids["a"]}:*","arn:aws:ssm:eu-west-1:${local.ids["a"]}:*"]',
    );
  });

  test("may be CDKTF tokens", () => {
    const root = synthRole((stack) => ({
      accountId: new TerraformVariable(stack, "account", {}).stringValue,
      role: {
        name: new TerraformVariable(stack, "name", {}).stringValue,
        corePolicyArn: new TerraformVariable(stack, "core_policy", {}).stringValue,
        maxSessionDuration: new TerraformVariable(stack, "duration", {}).numberValue,
      },
    }));
    expect(at(root, "resource", "aws_iam_role", "this")).toMatchObject({
      name: "${var.name}",
      max_session_duration: "${var.duration}",
    });
    expect(at(root, "locals")).toMatchObject({ account_id: "${var.account}", role_name: "${var.name}" });
    expect(at(root, "locals", "core_policy_arn")).toBe("${var.core_policy}");
    expect(JSON.stringify(root)).not.toContain("TfToken");
  });

  test("may be used in a list and in tags", () => {
    const root = synthRole({ trust: { regions: ["${var.r}"] }, tags: { Owner: "${var.o}" } });
    expect(at(root, "resource", "aws_iam_role", "this", "assume_role_policy")).toContain(
      '"aws:SourceArn":["arn:aws:ssm:${var.r}:111111111111:*"]',
    );
    expect(at(root, "locals", "tags")).toEqual({ Owner: "${var.o}" });
  });

  test.each([
    [{ accountId: "${var.a}", role: { name: "a b" } }, "iam_role_name s/role: role.name"],
    [{ tags: { Owner: "${var.o}", "aws:x": "y" } }, 'tag_key s/role: tags["aws:x"]'],
    [{ trust: { regions: ["${var.r}", "nowhere"] } }, expect.stringContaining("region s/role: trust.regions")],
  ])("do not hide an invalid literal next to them: %j", (props, error) => {
    expect(errorsOf(props)).toEqual([error]);
  });

  test.each([
    [{ policies: { p: { policyArn: "${aws_iam_policy.p.arn}" } } }, "policies.p.policyArn"],
    [{ s3Buckets: { b: { bucket: "${aws_s3_bucket.b.id}", prefix: "", purpose: "scripts" } } }, "s3Buckets.b.bucket"],
    [{ cloudwatchAgent: { "${var.key}": {} } }, 'cloudwatchAgent["${var.key}"]'],
  ])("are refused in the feature maps: %j", (props, field) => {
    expect(errorsOf(props)).toEqual([`expression s/role: ${field}`]);
  });

  test("are refused for settings that decide what the stack contains", () => {
    const given = {
      trust: { conditions: "${var.c}", regions: "${var.r}" },
      role: { adopt: "${var.a}", exclusivePolicies: "${var.e}", forceDetachPolicies: "${var.f}", nam: "${var.n}" },
    };
    expect(errorsOf(given)).toEqual([
      "expression s/role: role.adopt",
      "expression s/role: role.exclusivePolicies",
      "unknown_key s/role: role.nam",
      "expression s/role: trust.conditions",
      "expression s/role: trust.regions",
    ]);
    const [error] = errorsIn(() => synthRole(given as object));
    expect(error?.rule).toContain("what the stack contains depends on it");
  });

  test("that are refused have the reason in the error", () => {
    const token = (stack: TerraformStack) => new TerraformVariable(stack, "arn", {}).stringValue;
    const [error] = errorsIn(() => synthRole((stack) => ({ policies: { p: { policyArn: token(stack) } } })));
    expect(error?.rule).toMatch(/^must not be a Terraform expression: /);
    expect(error?.fix).toContain("Write the value itself");
  });
});

test.each([
  [
    "are reported together, each with the construct's path",
    {
      accountId: "1",
      region: "nowhere",
      tags: { "aws:a": "b" },
      role: { name: "a b", path: "x" },
      trust: { servicePrincipal: "ec2.amazonaws.com" },
      s3Buckets: { b: { bucket: "ABC", prefix: "", purpose: "scripts" } },
    },
    [
      "account_id s/role: accountId",
      "region s/role: region",
      'tag_key s/role: tags["aws:a"]',
      "iam_role_name s/role: role.name",
      "iam_path s/role: role.path",
      "service_principal s/role: trust.servicePrincipal",
      "bucket_name s/role: s3Buckets.b.bucket",
    ],
  ],
  [
    "across fields are reported too",
    { policies: { p: { policyArn: "arn:aws:iam::222222222222:policy/p" } } },
    ["foreign_policy s/role: policies.p.policyArn"],
  ],
  [
    "of tags are reported as in a file",
    { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"])) },
    [expect.stringMatching(/ s\/role: tags$/)],
  ],
])("errors %s", (_, props, errors) => {
  expect(errorsOf(props)).toEqual(errors);
});
