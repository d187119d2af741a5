import { App, TerraformStack, TerraformVariable } from "cdktf";
import { HybridServiceRole, type HybridServiceRoleProps } from "../../lib";
import { FEATURES } from "../../lib/features/features";
import { ACCOUNT, at, faultsIn, synthRole } from "../support";

const role = (...given: Parameters<typeof synthRole>) => at(synthRole(...given), "resource", "aws_iam_role", "this");
const trust = (...given: Parameters<typeof synthRole>) =>
  JSON.parse((role(...given) as { assume_role_policy: string }).assume_role_policy);
const attachment = (root: unknown, name: string) => at(root, "resource", "aws_iam_role_policy_attachment", name);
const faultsOf = (props: Partial<HybridServiceRoleProps>) =>
  faultsIn(() => synthRole(props)).map(({ code, field }) => `${code} ${field}`);

test.each([
  ["aws", "eu-central-1"],
  ["aws-cn", "cn-north-1"],
  ["aws-us-gov", "us-gov-west-1"],
])("the role in %s", (partition, region) => {
  expect(role({ region })).toEqual({
    name: "SSMServiceRole",
    path: "/",
    force_detach_policies: false,
    assume_role_policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "ssm.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "111111111111" },
            ArnEquals: { "aws:SourceArn": [`arn:${partition}:ssm:*:111111111111:*`] },
          },
        },
      ],
    }),
    lifecycle: {
      precondition: [
        expect.objectContaining({
          condition: "${length(distinct(values(local.attached_policies))) == length(local.attached_policies)}",
        }),
        {
          condition: "${length(local.attached_policies) <= 10}",
          error_message:
            "The attached policies: must not attach more policies than the role's quota managed_policy_quota, 10; these are ${length(local.attached_policies)}.",
        },
        {
          condition:
            '${alltrue([for arn in values(local.attached_policies) : (startswith(arn, "arn:${local.partition}:iam::aws:") || startswith(arn, "arn:${local.partition}:iam::${local.account_id}:"))])}',
          error_message: expect.stringContaining(
            "must be a policy of this account or of AWS, in the account's own partition",
          ),
        },
      ],
    },
  });
});

test("everything that a role may be told", () => {
  const all = role({
    role: {
      name: "R",
      path: "/x/",
      description: "1e5",
      maxSessionDuration: 7200,
      permissionsBoundary: "arn:aws:iam::111111111111:policy/B",
      forceDetachPolicies: true,
      managedPolicyQuota: 20,
    },
  });
  expect(all).toMatchObject({
    name: "R",
    path: "/x/",
    description: "1e5",
    max_session_duration: 7200,
    permissions_boundary: "arn:aws:iam::111111111111:policy/B",
    force_detach_policies: true,
  });
  expect(at(all, "lifecycle", "precondition", "1", "condition")).toBe("${length(local.attached_policies) <= 20}");
});

test("the role and its policies bear the tags, keys and values as they are", () => {
  const tags = { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y" };
  const root = synthRole({ tags });
  expect(at(root, "locals", "tags")).toEqual(tags);
  expect([
    at(root, "resource", "aws_iam_role", "this", "tags"),
    at(root, "resource", "aws_iam_policy", "s3_buckets", "tags"),
    at(root, "resource", "aws_iam_policy", "s3_managed_buckets", "tags"),
    at(root, "resource", "aws_iam_policy", "log_groups", "tags"),
    at(root, "resource", "aws_iam_policy", "user_access", "tags"),
  ]).toEqual(["${local.tags}", "${local.tags}", "${local.tags}", "${local.tags}", "${local.tags}"]);
  expect(at(root, "resource", "aws_ssm_activation", "activations", "tags")).toBe(
    "${merge(local.tags, each.value.tags)}",
  );
});

test("the trust with regions, and without conditions", () => {
  expect(trust({ trust: { regions: ["us-east-1", "eu-west-1"] } }).Statement[0].Condition.ArnEquals).toEqual({
    "aws:SourceArn": ["arn:aws:ssm:us-east-1:111111111111:*", "arn:aws:ssm:eu-west-1:111111111111:*"],
  });
  expect(trust({ trust: { conditions: false, servicePrincipal: "ssm.amazonaws.com.cn" } }).Statement).toEqual([
    { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com.cn" }, Action: "sts:AssumeRole" },
  ]);
});

test("the core policy is always attached", () => {
  expect(attachment(synthRole(), "core")).toEqual({
    role: "${aws_iam_role.this.name}",
    policy_arn: "${local.core_policy_arn}",
  });
  expect(at(synthRole(), "locals", "core_policy_arn")).toBe(
    "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore",
  );
});

test("another core policy is attached in its stead", () => {
  const root = synthRole({ role: { corePolicyArn: "arn:aws:iam::111111111111:policy/Core" } });
  expect(at(root, "locals", "core_policy_arn")).toBe("arn:aws:iam::111111111111:policy/Core");
  expect(at(root, "locals", "attached_policies")).toMatch(
    /^\$\{merge\(\{ "role\.core_policy_arn" = local\.core_policy_arn \}, /,
  );
});

test("the locals that every expression uses", () => {
  const root = synthRole({ role: { name: "R", path: "/x/" }, region: "cn-north-1" });
  expect(at(root, "locals")).toMatchObject({
    partition: "aws-cn",
    account_id: "111111111111",
    role_name: "R",
    path: "/x/",
  });
});

test("a feature's variable holds what the program says, its keys as they are", () => {
  const root = synthRole({
    s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
    s3Buckets: { runCommand_A: { bucket: "1e5", purpose: "run_command", putObjectAcl: true } },
  });
  expect(at(root, "variable", "s3_managed_buckets")).toMatchObject({
    default: { "us-east-1": { legacy_agent: true } },
  });
  expect(at(root, "variable", "s3_buckets", "default")).toEqual({
    runCommand_A: { bucket: "1e5", purpose: "run_command", put_object_acl: true },
  });
  expect(Object.keys(at(root, "variable") as object).sort()).toEqual(FEATURES.map(({ name }) => name).sort());
});

test("a role that exists already is taken over, and not replaced", () => {
  const root = synthRole({ role: { adopt: true }, cloudwatchAgent: { default: {} } });
  expect(at(root, "resource", "aws_iam_role", "this", "lifecycle", "prevent_destroy")).toBe(true);
  const attached = "aws_iam_role_policy_attachment";
  const named = (name: string) =>
    `\${coalesce(each.value.policy_arn, "arn:\${local.partition}:iam::aws:policy/${name}")}`;
  expect(at(root, "import")).toEqual([
    { to: "aws_iam_role.this", id: "${local.role_name}" },
    {
      to: `${attached}.core`,
      id: "${local.role_name}/${local.core_policy_arn}",
    },
    {
      for_each: "${var.directory_service}",
      to: `${attached}.directory_service[each.key]`,
      id: `\${local.role_name}/${named("AmazonSSMDirectoryServiceAccess")}`,
    },
    {
      for_each: "${var.cloudwatch_agent}",
      to: `${attached}.cloudwatch_agent[each.key]`,
      id: `\${local.role_name}/${named("CloudWatchAgentServerPolicy")}`,
    },
    {
      for_each: "${var.policies}",
      to: `${attached}.policies[each.key]`,
      id: "${local.role_name}/${each.value.policy_arn}",
    },
  ]);
  expect(at(synthRole(), "import")).toBeUndefined();
});

test("policies that others attach are detached where that is asked for", () => {
  const exclusive = (props = {}) =>
    at(synthRole(props), "resource", "aws_iam_role_policy_attachments_exclusive", "this");
  expect(exclusive({ role: { exclusivePolicies: true } })).toEqual({
    role_name: "${aws_iam_role.this.name}",
    policy_arns: expect.stringMatching(/^\$\{sort\(concat\(\[aws_iam_role_policy_attachment\.core\.policy_arn\], /),
  });
  expect(exclusive()).toBeUndefined();
});

test("a second role in a stack is refused, one in another stack is not", () => {
  const app = new App({ stackTraces: false });
  const [one, two] = [new TerraformStack(app, "one"), new TerraformStack(app, "two")];
  const props = { accountId: ACCOUNT.id, region: ACCOUNT.region };
  new HybridServiceRole(one, "role", props);
  new HybridServiceRole(two, "role", props);
  expect(() => new HybridServiceRole(one, "other", props)).toThrow(
    "one/other: the stack one has a HybridServiceRole already; make one stack for each role, as each has its own Terraform variables.",
  );
});

test("the outputs of a role are expressions, and what it attaches can be waited for", () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  const made = new HybridServiceRole(stack, "role", { accountId: ACCOUNT.id, region: ACCOUNT.region });
  expect([made.roleName, made.roleArn, made.roleUniqueId]).toEqual([
    "${aws_iam_role.this.name}",
    "${aws_iam_role.this.arn}",
    "${aws_iam_role.this.unique_id}",
  ]);
  const features = FEATURES.map(({ name }) => name).filter((name) => !["user_access", "activations"].includes(name));
  expect(made.attachments.map(({ fqn }) => fqn)).toEqual(
    ["core", ...features].map((name) => `aws_iam_role_policy_attachment.${name}`),
  );
  const lists = features.map((name) => `[for a in aws_iam_role_policy_attachment.${name} : a.policy_arn]`).join(", ");
  expect(made.outputs).toMatchObject({
    name: { value: made.roleName },
    arn: { value: made.roleArn },
    unique_id: { value: made.roleUniqueId },
    attached_policy_arns: { value: made.attachedPolicyArns },
    activation_codes: { sensitive: true },
  });
  expect(made.attachedPolicyArns).toBe(`\${sort(concat([aws_iam_role_policy_attachment.core.policy_arn], ${lists}))}`);
});

test("a later change of the props changes nothing", () => {
  const tags: Record<string, string> = { Owner: "x" };
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  new HybridServiceRole(stack, "role", { accountId: ACCOUNT.id, region: ACCOUNT.region, tags });
  tags.Owner = "y";
  expect(at(stack.toTerraform(), "locals", "tags")).toEqual({ Owner: "x" });
});

describe("Terraform expressions", () => {
  test("may stand for the account and for what the role is told", () => {
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

  test("keep their quotes in the trust policy, which is JSON in a template; what is beside them does not", () => {
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

  test("may be CDKTF's tokens", () => {
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

  test("beside a literal that is wrong do not hide it", () => {
    expect(faultsOf({ accountId: "${var.a}", role: { name: "a b" } })).toEqual(["iam_role_name s/role: role.name"]);
  });

  test("are refused in the feature maps, and by themselves in all else", () => {
    expect(faultsOf({ policies: { p: { policyArn: "${aws_iam_policy.p.arn}" } } })).toEqual([
      "expression s/role: policies.p.policy_arn",
    ]);
    expect(faultsOf({ s3Buckets: { b: { bucket: "${aws_s3_bucket.b.id}", purpose: "scripts" } } })).toEqual([
      "expression s/role: s3_buckets.b.bucket",
    ]);
    expect(faultsOf({ cloudwatchAgent: { "${var.key}": {} } })).toEqual([
      'expression s/role: cloudwatch_agent["${var.key}"]',
    ]);
  });

  test("are refused for what decides what the root holds", () => {
    const given = {
      trust: { conditions: "${var.c}", regions: "${var.r}" },
      role: { adopt: "${var.a}", exclusivePolicies: "${var.e}", forceDetachPolicies: "${var.f}", nam: "${var.n}" },
    };
    expect(faultsOf(given as never)).toEqual([
      "expression s/role: role.adopt",
      "expression s/role: role.exclusive_policies",
      "unknown_key s/role: role.nam",
      "expression s/role: trust.conditions",
      "expression s/role: trust.regions",
    ]);
    const [fault] = faultsIn(() => synthRole(given as never));
    expect(fault?.rule).toContain("what the root holds depends on it");
  });

  test("that are refused are told why", () => {
    const token = (stack: TerraformStack) => new TerraformVariable(stack, "arn", {}).stringValue;
    const [fault] = faultsIn(() => synthRole((stack) => ({ policies: { p: { policyArn: token(stack) } } })));
    expect(fault?.rule).toMatch(/^must not be a Terraform expression: /);
    expect(fault?.fix).toContain("Write the value itself");
  });

  test("may stand in a list and in tags, and do not hide a literal beside them that is wrong", () => {
    const root = synthRole({ trust: { regions: ["${var.r}"] }, tags: { Owner: "${var.o}" } });
    expect(at(root, "resource", "aws_iam_role", "this", "assume_role_policy")).toContain(
      '"aws:SourceArn":["arn:aws:ssm:${var.r}:111111111111:*"]',
    );
    expect(at(root, "locals", "tags")).toEqual({ Owner: "${var.o}" });
    expect(faultsOf({ tags: { Owner: "${var.o}", "aws:x": "y" } })).toEqual(['tag_key s/role: tags["aws:x"]']);
    expect(faultsOf({ trust: { regions: ["${var.r}", "nowhere"] } })).toHaveLength(1);
  });
});

describe("faults", () => {
  test("are told all at once, each with the construct's path", () => {
    expect(
      faultsOf({
        accountId: "1",
        region: "nowhere",
        role: { name: "a b", path: "x" },
        trust: { servicePrincipal: "ec2.amazonaws.com" },
        s3Buckets: { b: { bucket: "ABC", purpose: "scripts" } },
      }),
    ).toEqual([
      "account_id s/role: accountId",
      "region s/role: region",
      "iam_role_name s/role: role.name",
      "iam_path s/role: role.path",
      "service_principal s/role: trust.service_principal",
      "bucket_name s/role: s3_buckets.b.bucket",
    ]);
  });

  test("between fields are told too", () => {
    expect(faultsOf({ policies: { p: { policyArn: "arn:aws:iam::222222222222:policy/p" } } })).toEqual([
      "foreign_policy s/role: policies.p.policy_arn",
    ]);
  });

  test("of tags are told as in a file", () => {
    expect(faultsOf({ tags: { "aws:owner": "x" } })).toHaveLength(1);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"]));
    expect(faultsOf({ tags: many })).toHaveLength(1);
  });
});
