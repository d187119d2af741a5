import { expandPlaceholders, parseAccount, accountOf as validatedAccount } from "../../lib/config/account";
import { accountOf, errorsIn, errorsOf, fieldsOf, oneAccount, rulesOf, told } from "../support";

const ACCOUNT = { id: "111111111111", region: "cn-north-1" };

test("placeholders are replaced in every string, at any depth, but not in keys", () => {
  const same = { "{region}": "{unknown} {Region} { region }", four: 5, five: null };
  const value = {
    one: "{account_id}/{account_name}/{region}/{partition}",
    two: [{ three: "{region}{region}" }],
    ...same,
  };
  expect(expandPlaceholders(value, "factory", ACCOUNT)).toEqual({
    one: "111111111111/factory/cn-north-1/aws-cn",
    two: [{ three: "cn-north-1cn-north-1" }],
    ...same,
  });
});

test("a placeholder's value is not expanded again, and $ has no meaning in it", () => {
  expect(expandPlaceholders("{account_name}", "{region}$&", ACCOUNT)).toBe("{region}$&");
});

test("the required fields alone get every default", () => {
  const { account, errors } = parseAccount("a", { id: "111111111111", region: "eu-central-1" });
  expect(errors).toEqual([]);
  expect(account?.fields).toEqual({
    id: "111111111111",
    region: "eu-central-1",
    role: {
      name: "SSMServiceRole",
      path: "/",
      force_detach_policies: false,
      managed_policy_quota: 10,
      adopt: false,
      exclusive_policies: false,
    },
    trust: { conditions: true, regions: [], service_principal: "ssm.amazonaws.com" },
    use_fips_endpoint: false,
    use_dualstack_endpoint: false,
    tags: {},
    ignore_tags: { keys: [], key_prefixes: [] },
    state: { backend: "local", path: "../../../terraform.a.tfstate" },
    directory_service: {},
    cloudwatch_agent: {},
    s3_managed_buckets: {},
    s3_buckets: {},
    instance_tier: {},
    log_groups: {},
    policies: {},
    user_access: {},
    activations: {},
  });
});

test("an account of a file is not validated again, so it cannot be changed; a copy is a separate account", () => {
  const account = accountOf(oneAccount("tags: { Owner: x }"));
  expect(() => Object.assign(account.tags, { Owner: "y" })).toThrow(TypeError);
  expect(validatedAccount("b", account)).toMatchObject({ name: "b", fields: { tags: { Owner: "x" } } });
  expect(validatedAccount("b", { ...account, tags: { Owner: "y" } }).fields.tags).toEqual({ Owner: "y" });
  expect(errorsIn(() => validatedAccount("b", { ...account, accountId: "1" }))).toMatchObject([{ code: "account_id" }]);
});

test("a session without a deploy role is refused", () => {
  const session = "deploy_session: { session_name: release }";
  expect(rulesOf(session)).toEqual(["deploy_session: requires deploy_role_arn: it is the session of that role."]);
  expect(rulesOf(session, "deploy_role_arn: arn:aws:iam::111111111111:role/D")).toEqual([]);
});

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
test.each([
  ["session_name: x", "session_name: must be 2 to 64 letters, digits or any of + = , . @ _ -."],
  ["session_name: jane doe", "session_name: must be 2 to 64 letters, digits or any of + = , . @ _ -."],
  ["source_identity: x", "source_identity: must be 2 to 64 letters, digits or any of + = , . @ _ -."],
  [
    "tags: { Team: x, team: y }",
    "tags.team: must not differ from another tag key only in case: IAM tag keys are not case-sensitive.",
  ],
])("a session with %s is refused", (field, rule) => {
  const fields = ["deploy_role_arn: arn:aws:iam::111111111111:role/D", `deploy_session: { ${field} }`];
  expect(rulesOf(...fields)).toEqual([`deploy_session.${rule}`]);
});

test("a transitive key without a tag is refused, and the error says what to write", () => {
  const session = "deploy_session: { tags: { Team: x }, transitive_tag_keys: [team] }";
  expect(told("deploy_role_arn: arn:aws:iam::111111111111:role/D", session).slice(1)).toEqual([
    "must have a tag in tags for each key in transitive_tag_keys. [transitive_tag_keys]",
    "Add the tag, or remove its key from transitive_tag_keys. See " +
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining",
  ]);
});

test.each([
  ["keys: [Owner]", ["Owner"]],
  ['key_prefixes: ["Own"]', ["Owner"]],
  ["keys: [owner]", []],
  ['keys: ["aws:x"], key_prefixes: ["org:"]', []],
])("a tag that matches ignore_tags with %s is refused: Terraform would not write it", (ignored, keys) => {
  expect(rulesOf("tags: { Owner: x }", `ignore_tags: { ${ignored} }`)).toEqual(
    keys.map((key) => `tags["${key}"]: must not be a tag that ignore_tags lists: Terraform would not write it.`),
  );
});

test("a profile can contain a placeholder, and only characters that are valid in the AWS config file", () => {
  expect(accountOf(oneAccount("profile: '{account_name}/Admin@{account_id}'")).profile).toBe("a/Admin@111111111111");
  expect(rulesOf('profile: "my profile"')).toEqual([
    "profile: must contain only letters, digits or any of _ @ + . % : / -.",
  ]);
});

test("placeholders in defaults of the state are replaced", () => {
  const { state } = accountOf(oneAccount("state: { backend: s3, bucket: my-bucket }"));
  expect(state).toMatchObject({ key: "ssm-hybrid-service-role/a/terraform.tfstate" });
});

test("a deploy role of the account is valid, also with an external id", () => {
  const role = "deploy_role_arn: arn:aws:iam::111111111111:role/Deploy";
  expect([fieldsOf(oneAccount(role)), fieldsOf(oneAccount(role, "external_id: secret"))]).toEqual([[], []]);
});

test.each([
  ["eu-central-1", "aws", "arn:aws:iam::222222222222:role/Deploy"],
  ["cn-north-1", "aws-cn", "arn:aws:iam::111111111111:role/Deploy"],
])(
  "in %s, a deploy role of another account or partition is an error that shows one of %s",
  (region, partition, value) => {
    expect(errorsOf(oneAccount(`deploy_role_arn: ${value}`).replace("eu-central-1", region))).toEqual([
      {
        file: "accounts.yaml",
        ...{ line: 5, column: 22, account: "a", field: "deploy_role_arn", code: "wrong_account", value },
        rule: `must be a role of this account: arn:${partition}:iam::111111111111:role/….`,
        fix: "Specify the role in this account. {account_id} and {partition} are replaced with its id and partition.",
      },
    ]);
  },
);

test("an external id requires a deploy role", () => {
  expect(errorsOf(oneAccount("external_id: secret"))).toMatchObject([
    {
      code: "external_id",
      rule: "requires deploy_role_arn: only an assumed role can check it.",
      fix: "Add deploy_role_arn, or remove external_id.",
    },
  ]);
});

test("an error in one field does not hide errors across other fields", () => {
  const text = oneAccount(
    "role: { name: a b }",
    "unknown: 1",
    "trust: { regions: [nowhere, cn-north-1] }",
    'policies: { one: { policy_arn: "arn:aws:iam::222222222222:policy/p" }, two: {}, three: { policy_arn: 4 } }',
    "external_id: secret",
  );
  expect(fieldsOf(text)).toEqual([
    "iam_role_name role.name",
    "unknown_key unknown",
    'region trust.regions["0"]',
    'partition trust.regions["cn-north-1"]',
    "foreign_policy policies.one.policy_arn",
    "missing policies.two.policy_arn",
    "wrong_type policies.three.policy_arn",
    "external_id external_id",
  ]);
});

test("an invalid id or region is one error, even if other fields refer to it", () => {
  const text = oneAccount("deploy_role_arn: arn:{partition}:iam::{account_id}:role/Deploy");
  expect(fieldsOf(text.replace("central", "centrl"))).toEqual(["region region"]);
  expect(fieldsOf(text.replace("11111111", ""))).toEqual(["account_id id"]);
});
