import { App } from "cdktf";
import { AccountStack, loadFleet } from "../../lib";
import { FEATURES } from "../../lib/features/features";
import { ACCOUNT, accountOf, at, faultsIn, oneAccount, synthAccount, synthText } from "../support";

test("the whole root of the example's datacentre-us", () => {
  const account = loadFleet("accounts.yaml").get("datacentre-us");
  if (!account) throw new Error("no such account");
  const text = synthText("datacentre-us", (app) => new AccountStack(app, "datacentre-us", account));
  expect(JSON.parse(text)).toMatchSnapshot();
});

test("the provider takes the account's own credentials only", () => {
  expect(at(synthAccount(), "provider")).toEqual({
    aws: [{ region: "eu-central-1", allowed_account_ids: ["111111111111"] }],
  });
});

test("the provider with a deploy role, an external id and tags", () => {
  const root = synthAccount({
    deployRoleArn: "arn:aws:iam::111111111111:role/Deploy",
    externalId: "shared",
    tags: { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y", "a:b/c": "" },
  });
  expect(at(root, "provider")).toEqual({
    aws: [
      {
        region: "eu-central-1",
        allowed_account_ids: ["111111111111"],
        assume_role: [
          {
            role_arn: "arn:aws:iam::111111111111:role/Deploy",
            session_name: "ssm-hybrid-service-role",
            external_id: "shared",
          },
        ],
        default_tags: [{ tags: { "Cost-Center": "1e5", MixedCase: "x", snake_case: "y", "a:b/c": "" } }],
      },
    ],
  });
});

test("the terraform block names the versions, and keeps a local state by default", () => {
  expect(at(synthAccount({}, "factory"), "terraform")).toEqual({
    required_version: ">= 1.10",
    required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0, < 7.0" } },
    backend: { local: { path: "../../../terraform.factory.tfstate" } },
  });
});

test("the terraform block with a state in S3", () => {
  const state = { backend: "s3", bucket: "my-bucket" } as const;
  expect(at(synthAccount({ state, region: "us-gov-west-1" }, "factory"), "terraform")).toEqual({
    required_version: ">= 1.10",
    required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0, < 7.0" } },
    backend: {
      s3: {
        bucket: "my-bucket",
        key: "ssm-hybrid-service-role/factory/terraform.tfstate",
        region: "us-gov-west-1",
        use_lockfile: true,
        encrypt: true,
        use_path_style: false,
      },
    },
  });
});

test("a role that excludes other policies needs a newer provider", () => {
  expect(at(synthAccount({ role: { exclusivePolicies: true } }), "terraform", "required_providers")).toEqual({
    aws: { source: "hashicorp/aws", version: ">= 5.72, < 7.0" },
  });
});

test("the outputs wait for every policy", () => {
  const attached = FEATURES.map(({ name }) => name).filter((name) => !["user_access", "activations"].includes(name));
  const depends_on = ["core", ...attached].map((name) => `aws_iam_role_policy_attachment.${name}`);
  expect(at(synthAccount(), "output")).toEqual({
    role_name: {
      value: "${aws_iam_role.this.name}",
      description: "Name of the service role.",
      depends_on,
    },
    role_arn: { value: "${aws_iam_role.this.arn}", description: "ARN of the service role.", depends_on },
    role_unique_id: {
      value: "${aws_iam_role.this.unique_id}",
      description: "Stable unique id of the service role.",
      depends_on,
    },
    attached_policy_arns: {
      value: expect.stringMatching(/^\$\{sort\(concat\(\[aws_iam_role_policy_attachment\.core\.policy_arn\], /),
      description: "ARNs of all policies attached to the service role, sorted.",
      depends_on,
    },
    user_access_policy_arns: {
      value: "${{ for k, policy in aws_iam_policy.user_access : k => policy.arn }}",
      description: "ARN of the policy of each entry of user_access, by label: for a permission set, for example.",
      depends_on,
    },
    activation_ids: {
      value: "${{ for k, a in aws_ssm_activation.activations : k => a.id }}",
      description: "Id of each activation, by label.",
      depends_on,
    },
    activation_codes: {
      value: "${{ for k, a in aws_ssm_activation.activations : k => a.activation_code }}",
      description:
        "Code of each activation, by label: a secret, with which anybody can register a machine until it expires.",
      sensitive: true,
      depends_on,
    },
  });
});

test("an account of a file and the same account of a program make the same root", () => {
  const fields = [
    "role: { name: R, max_session_duration: 7200 }",
    "s3_managed_buckets: { us-east-1: { legacy_agent: true } }",
    "s3_buckets: { run_command: { bucket: my-bucket, purpose: run_command, put_object_acl: true } }",
    "state: { backend: s3, bucket: my-bucket }",
  ];
  const fromFile = synthAccount(accountOf(oneAccount(...fields)));
  const fromProgram = synthAccount({
    role: { name: "R", maxSessionDuration: 7200 },
    s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
    s3Buckets: { run_command: { bucket: "my-bucket", purpose: "run_command", putObjectAcl: true } },
    state: { backend: "s3", bucket: "my-bucket" },
  });
  expect(fromFile).toEqual(fromProgram);
});

test("a text that looks like a number stays a text", () => {
  const text = synthText("a", (app) => {
    const props = {
      role: { name: "1e5", description: "0x10" },
      policies: { "1e5": { policyArn: "arn:aws:iam::111111111111:policy/007" } },
    };
    new AccountStack(app, "a", { ...ACCOUNT, ...props });
  });
  expect(text).toContain('"name": "1e5"');
  expect(text).toContain('"description": "0x10"');
  expect(text).toMatch(/"1e5": \{\s+"policy_arn": "arn:aws:iam::111111111111:policy\/007"/);
});

test("a program's faults are told all at once, with the account's name", () => {
  const make = () =>
    new AccountStack(new App({ stackTraces: false }), "factory", {
      id: "1",
      region: "eu-central-1",
      role: { name: "a b" },
    });
  expect(faultsIn(make)).toEqual([
    expect.objectContaining({ account: "factory", code: "account_id", field: "id", value: "1" }),
    expect.objectContaining({ account: "factory", code: "iam_role_name", field: "role.name", value: "a b" }),
  ]);
});

test("the accounts of a fleet know nothing of each other", () => {
  const tags = { Owner: "x" };
  const text = synthText("two", (app) => {
    new AccountStack(app, "one", { ...ACCOUNT, tags });
    new AccountStack(app, "two", { ...ACCOUNT, id: "222222222222", tags });
  });
  expect(text).not.toContain("111111111111");
  expect(text).not.toContain("terraform_remote_state");
});
