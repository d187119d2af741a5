import { expandPlaceholders, parseAccount } from "../../lib/config/account";

const ACCOUNT = { id: "111111111111", region: "cn-north-1" };

function fieldsOf(fields: Readonly<Record<string, unknown>>): string[] {
  return parseAccount("a", { id: "111111111111", region: "eu-central-1", ...fields }).faults.map(
    ({ code, field }) => `${code} ${field}`,
  );
}

test("placeholders are filled in in every text, at any depth, but not in keys", () => {
  const value = {
    one: "{account_id}/{account_name}/{region}/{partition}",
    two: [{ three: "{region}{region}" }],
    "{region}": "{unknown} {Region} { region }",
    four: 5,
    five: null,
  };
  expect(expandPlaceholders(value, "factory", ACCOUNT)).toEqual({
    one: "111111111111/factory/cn-north-1/aws-cn",
    two: [{ three: "cn-north-1cn-north-1" }],
    "{region}": "{unknown} {Region} { region }",
    four: 5,
    five: null,
  });
});

test("a placeholder's value is not expanded again, and $ has no meaning in it", () => {
  expect(expandPlaceholders("{account_name}", "{region}$&", ACCOUNT)).toBe("{region}$&");
});

test("the fewest fields get every default", () => {
  const { account, faults } = parseAccount("a", { id: "111111111111", region: "eu-central-1" });
  expect(faults).toEqual([]);
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
    tags: {},
    state: { backend: "local", path: "../../../terraform.a.tfstate" },
    directory_service: {},
    cloudwatch_agent: {},
    s3_managed_buckets: {},
    s3_buckets: {},
    log_groups: {},
    policies: {},
    user_access: {},
    activations: {},
  });
});

test("a default of the state has its placeholders filled in", () => {
  const { account } = parseAccount("a", { ...ACCOUNT, state: { backend: "s3", bucket: "my-bucket" } });
  expect(account?.fields.state).toMatchObject({ key: "ssm-hybrid-service-role/a/terraform.tfstate" });
});

test("the deploy role is one of the account's own", () => {
  expect(fieldsOf({ deploy_role_arn: "arn:aws:iam::111111111111:role/Deploy" })).toEqual([]);
  expect(fieldsOf({ deploy_role_arn: "arn:aws:iam::222222222222:role/Deploy" })).toEqual([
    "wrong_account deploy_role_arn",
  ]);
  expect(fieldsOf({ deploy_role_arn: "arn:aws-cn:iam::111111111111:role/Deploy" })).toEqual([
    "wrong_account deploy_role_arn",
  ]);
});

test("a deploy role of another account is told with the one that would do", () => {
  const { faults } = parseAccount("a", { ...ACCOUNT, deploy_role_arn: "arn:aws:iam::222222222222:role/Deploy" });
  expect(faults).toEqual([
    {
      path: ["deploy_role_arn"],
      field: "deploy_role_arn",
      code: "wrong_account",
      value: "arn:aws:iam::222222222222:role/Deploy",
      rule: "must be a role of this account: arn:aws-cn:iam::111111111111:role/….",
      fix: "Name the role in this account; {account_id} and {partition} may stand for its id and partition.",
    },
  ]);
});

test("an external id needs a role that is assumed", () => {
  expect(fieldsOf({ external_id: "secret" })).toEqual(["external_id external_id"]);
  expect(fieldsOf({ external_id: "secret", deploy_role_arn: "arn:aws:iam::111111111111:role/Deploy" })).toEqual([]);
});

test("a fault in one field does not hide what only shows between others", () => {
  expect(
    fieldsOf({
      role: { name: "a b" },
      unknown: 1,
      trust: { regions: ["nowhere", "cn-north-1"] },
      policies: { one: { policy_arn: "arn:aws:iam::222222222222:policy/p" }, two: {}, three: { policy_arn: 4 } },
      external_id: "secret",
    }).sort(),
  ).toEqual(
    [
      "external_id external_id",
      "foreign_policy policies.one.policy_arn",
      "iam_role_name role.name",
      'partition trust.regions["cn-north-1"]',
      "missing policies.two.policy_arn",
      'region trust.regions["0"]',
      "unknown_key unknown",
      "wrong_type policies.three.policy_arn",
    ].sort(),
  );
});

test("a wrong id or region is one fault, whatever else refers to it", () => {
  const deploy_role_arn = "arn:{partition}:iam::{account_id}:role/Deploy";
  expect(fieldsOf({ region: "eu-centrl-1", deploy_role_arn })).toEqual(["region region"]);
  expect(fieldsOf({ id: "1111", deploy_role_arn })).toEqual(["account_id id"]);
});
