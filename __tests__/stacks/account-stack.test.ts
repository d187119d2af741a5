import { readFileSync } from "node:fs";
import { App } from "cdktf";
import { AccountStack } from "../../lib";
import { mapFeatures } from "../../lib/features/features";
import { fileOf, fullAccount } from "../accounts";
import { ACCOUNT, accountOf, at, errorsIn, oneAccount, synthAccount, synthText } from "../support";

type Blocks = Record<string, Record<string, unknown>>;
interface Terraform {
  readonly locals: Record<string, unknown>;
  readonly variable: Blocks;
  readonly resource: Record<string, Blocks>;
  readonly output: Blocks;
}

/** The committed module. CI compares it with the output of the code, so every change is visible. */
const MODULE: Terraform = Object.assign(
  {},
  ...["main", "variables", "outputs"].map((name) =>
    JSON.parse(readFileSync(`modules/ssm-hybrid-service-role/${name}.tf.json`, "utf8")),
  ),
);

const FULL = accountOf(fileOf({ a: fullAccount() }));

describe("a root module is the committed module, except for", () => {
  const text = synthText("a", (app) => new AccountStack(app, "a", FULL));
  const root: Terraform = JSON.parse(text, (key, value) => (key === "//" ? undefined : value));

  test("the locals that are the account's own", () => {
    const { tags: _, trust_policy: __, ...locals } = MODULE.locals;
    expect(root.locals).toEqual({
      ...locals,
      partition: "aws",
      dns_suffixes: ["amazonaws.com"],
      account_id: "111111111111",
      region: "eu-central-1",
      role_name: "Hybrid",
      path: "/machines/",
      core_policy_arn: "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore",
    });
  });

  test("the variables of the account itself, and the features' defaults, which come from the file", () => {
    const file = fullAccount();
    expect(root.variable).toEqual(
      mapFeatures(({ name }) => ({
        ...MODULE.variable[name],
        default: withNull(file[name as keyof typeof file] as object, MODULE.variable[name] as { type: string }),
      })),
    );
  });

  test("the tags, which the provider sets, the role's settings, and the instructions for replacing it on purpose", () => {
    const { aws_iam_role: _, aws_iam_policy, aws_ssm_activation, terraform_data, ...others } = MODULE.resource;
    const ofRole = at(MODULE, "resource", "aws_iam_role", "this", "lifecycle", "precondition") as object[];
    const quota = /\$\{var\.managed_policy_quota\}|var\.managed_policy_quota/g;
    const precondition = JSON.parse(JSON.stringify(ofRole.slice(0, 4)).replaceAll(quota, "20"));
    const inModule = "plan and apply with -replace='module.<name>.terraform_data.identity'";
    const inRoot = "run npm run deploy -- a --replace-role a, or plan and apply with -replace=terraform_data.identity";
    expect(root.resource).toEqual({
      ...others,
      terraform_data: JSON.parse(JSON.stringify(terraform_data).replaceAll(inModule, inRoot)),
      aws_iam_policy: JSON.parse(JSON.stringify(aws_iam_policy, (key, value) => (key === "tags" ? undefined : value))),
      aws_ssm_activation: { activations: { ...aws_ssm_activation?.activations, tags: "${each.value.tags}" } },
      aws_iam_role: {
        this: {
          name: "Hybrid",
          path: "/machines/",
          description: "0x10",
          max_session_duration: 7200,
          permissions_boundary: "arn:aws:iam::111111111111:policy/boundary",
          force_detach_policies: true,
          assume_role_policy:
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ssm.amazonaws.com"},' +
            '"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"},' +
            '"ArnEquals":{"aws:SourceArn":["arn:aws:ssm:eu-central-1:111111111111:*"]}}}]}',
          lifecycle: { precondition },
          depends_on: ["terraform_data.identity"],
        },
      },
    });
  });

  test("the names of three outputs", () => {
    const { name, arn, unique_id, ...others } = MODULE.output;
    expect(root.output).toEqual({ ...others, role_name: name, role_arn: arn, role_unique_id: unique_id });
  });

  test("the metadata that cdktf-cli reads, and the paths of the constructs", () => {
    expect(JSON.parse(text)["//"]).toEqual({
      metadata: {
        version: "0.21.0",
        stackName: "a",
        backend: "local",
        overrides: {
          stack: ["terraform"],
          aws_iam_policy: Array(4).fill("depends_on"),
          aws_iam_role: ["depends_on"],
          aws_ssm_activation: ["depends_on"],
        },
      },
      outputs: { a: Object.fromEntries(Object.keys(root.output).map((name) => [name, name])) },
    });
    const paths = [...text.matchAll(/"path": "a\/service_role\/(.*)"/g)].map(([, path]) => path);
    expect(paths.sort().join(" ")).toBe(
      "attachment_cloudwatch_agent attachment_core attachment_directory_service attachment_log_groups attachment_policies " +
        "attachment_s3_buckets attachment_s3_managed_buckets policy_log_groups policy_s3_buckets policy_s3_managed_buckets " +
        "policy_user_access ssm_activations this user_access_groups user_access_roles user_access_users",
    );
  });
});

test("every output depends on every policy of the role", () => {
  const { resource, output } = synthAccount() as Terraform;
  const attached = Object.keys(resource.aws_iam_role_policy_attachment ?? {}).filter((name) => name !== "user_access");
  const awaited = attached.map((name) => `aws_iam_role_policy_attachment.${name}`).sort();
  for (const [name, { depends_on }] of Object.entries(output)) {
    expect([name, [...(depends_on as string[])].sort()]).toEqual([name, awaited]);
  }
});

test("the provider accepts only the account's own credentials", () => {
  expect(at(synthAccount(), "provider")).toEqual({
    aws: [{ region: "eu-central-1", skip_region_validation: true, allowed_account_ids: ["111111111111"] }],
  });
});

test("the provider with a deploy role, an external id and tags", () => {
  expect(at(synthAccount(FULL), "provider")).toEqual({
    aws: [
      {
        region: "eu-central-1",
        skip_region_validation: true,
        allowed_account_ids: ["111111111111"],
        assume_role: [
          {
            role_arn: "arn:aws:iam::111111111111:role/TerraformDeploy",
            session_name: "ssm-hybrid-service-role",
            external_id: "shared",
          },
        ],
        default_tags: [{ tags: { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y", "a:b/c": "" } }],
      },
    ],
  });
});

test("the provider with all settings for access to an account", () => {
  const sessionTags = { Team: "x", my_tag: "y" };
  const props = {
    profile: "factory",
    deployRoleArn: "arn:aws:iam::111111111111:role/TerraformDeploy",
    deploySession: {
      ...{ sessionName: "release", tags: sessionTags, transitiveTagKeys: ["my_tag"], sourceIdentity: "jo" },
    },
    useFipsEndpoint: true,
    useDualstackEndpoint: true,
    ignoreTags: { keys: ["CostCenter"], keyPrefixes: ["org:"] },
  };
  expect(at(synthAccount(props), "provider", "aws")).toMatchObject([
    {
      profile: "factory",
      assume_role: [
        { session_name: "release", tags: sessionTags, transitive_tag_keys: ["my_tag"], source_identity: "jo" },
      ],
      use_fips_endpoint: true,
      use_dualstack_endpoint: true,
      ignore_tags: [{ keys: ["CostCenter"], key_prefixes: ["org:"] }],
    },
  ]);
});

test.each([
  ["a local state by default", {}, ">= 5.0, < 7.0", { local: { path: "../../../terraform.factory.tfstate" } }],
  [
    "a state in S3, in the account's region",
    { state: { backend: "s3", bucket: "my-bucket" }, region: "us-gov-west-1" },
    ">= 5.0, < 7.0",
    {
      s3: {
        bucket: "my-bucket",
        key: "ssm-hybrid-service-role/factory/terraform.tfstate",
        region: "us-gov-west-1",
        skip_region_validation: true,
        use_lockfile: true,
        encrypt: true,
        use_path_style: false,
      },
    },
  ],
  [
    "a newer provider for a role that excludes other policies",
    { role: { exclusivePolicies: true } },
    ">= 5.72, < 7.0",
    expect.anything(),
  ],
] as const)("the terraform block has the versions, and %s", (_, props, version, backend) => {
  expect(at(synthAccount(props, "factory"), "terraform")).toEqual({
    required_version: ">= 1.10",
    required_providers: { aws: { source: "hashicorp/aws", version } },
    backend,
  });
});

test("an account in a file and the same account in a program create the same root module", () => {
  const fromProgram = synthAccount({
    role: { name: "R", maxSessionDuration: 7200 },
    s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
    s3Buckets: { run_command: { bucket: "my-bucket", prefix: "", purpose: "run_command", putObjectAcl: true } },
    state: { backend: "s3", bucket: "my-bucket" },
  });
  const fromFile = accountOf(
    oneAccount(
      "role: { name: R, max_session_duration: 7200 }",
      "s3_managed_buckets: { us-east-1: { legacy_agent: true } }",
      "s3_buckets: { run_command: { bucket: my-bucket, prefix: '', purpose: run_command, put_object_acl: true } }",
      "state: { backend: s3, bucket: my-bucket }",
    ),
  );
  expect(synthAccount(fromFile)).toEqual(fromProgram);
});

test("a program's errors are reported together, with the account's name", () => {
  const props = { accountId: "1", region: "eu-central-1", role: { name: "a b" } };
  expect(errorsIn(() => new AccountStack(new App({ stackTraces: false }), "factory", props))).toEqual([
    expect.objectContaining({ account: "factory", code: "account_id", field: "accountId", value: "1" }),
    expect.objectContaining({ account: "factory", code: "iam_role_name", field: "role.name", value: "a b" }),
  ]);
});

test("the accounts of a fleet are independent of each other", () => {
  const tags = { Owner: "x" };
  const text = synthText("two", (app) => {
    new AccountStack(app, "one", { ...ACCOUNT, tags });
    new AccountStack(app, "two", { ...ACCOUNT, accountId: "222222222222", tags });
  });
  expect(text).not.toContain("111111111111");
  expect(text).not.toContain("terraform_remote_state");
});

/** Returns a default as Terraform accepts it, with null for missing attributes that its type requires. */
function withNull(map: object, { type }: { type: string }): object {
  if (!/[{,] policy_arn = string/.test(type)) return map;
  return Object.fromEntries(
    Object.entries(map).map(([key, entry]) => [key, { policy_arn: null, ...(entry as object) }]),
  );
}
