import { errorsOf, fieldsOf, oneAccount, placesOf } from "../support";

const ACCOUNTS = `accounts:
  a: { id: "111111111111", region: eu-central-1 }
  b: { id: "222222222222", region: eu-central-1 }
`;

test("an error in defaults is reported once and at its place, for any number of accounts", () => {
  expect(errorsOf(`defaults:\n  role:\n    name: a b\n${ACCOUNTS}`)).toEqual([
    {
      file: "accounts.yaml",
      line: 3,
      column: 11,
      field: "defaults.role.name",
      code: "iam_role_name",
      value: "a b",
      rule: "must be 1 to 64 letters, digits or any of + = , . @ _ -.",
      fix: "Choose another name, for example SSMServiceRole.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test("an error in defaults that shows only in accounts is reported with their number", () => {
  const rule = "must be a role of this account: arn:aws:iam::111111111111:role/…. (In 2 accounts.)";
  const errors = errorsOf(`defaults: { deploy_role_arn: "arn:aws:iam::333333333333:role/D" }\n${ACCOUNTS}`);
  expect(errors).toMatchObject([
    { line: 1, column: 30, code: "wrong_account", field: "defaults.deploy_role_arn", rule },
  ]);
  expect(errors[0]?.account).toBeUndefined();
});

test("an error in defaults is reported even if each account overrides it", () => {
  const accounts = ACCOUNTS.replaceAll("region", "role: { name: x }, region");
  expect(placesOf(`defaults: { role: { name: a b } }\n${accounts}`)).toEqual(["iam_role_name 1:27"]);
});

test("unknown keys and wrong types in defaults are reported once too", () => {
  const defaults = "defaults:\n  rgion: eu-central-1\n  tags:\n  role: { max_session_duration: long }\n";
  expect(placesOf(`${defaults}${ACCOUNTS}`)).toEqual(["unknown_key 2:3", "wrong_type 4:33"]);
});

test("every missing field is reported, at its account", () => {
  expect(fieldsOf("accounts:\n  a: {}\n")).toEqual(["missing id", "missing region"]);
  expect(placesOf("accounts:\n  a: {}\n")).toEqual(["missing 2:3", "missing 2:3"]);
});

test("a missing field of an entry is reported at the entry", () => {
  const text = oneAccount("policies:", "  one: {}", "  two: {}");
  expect(fieldsOf(text)).toEqual(["missing policies.one.policy_arn", "missing policies.two.policy_arn"]);
  expect(placesOf(text)).toEqual(["missing 6:7", "missing 7:7"]);
});

test("an error in a list is reported at its item, even after another invalid item", () => {
  const text = ACCOUNTS.replace("region:", "trust: { regions: [nowhere, eu-west-1, cn-north-1] }, region:");
  expect(placesOf(text)).toEqual(["region 2:47", "partition 2:67"]);
});

test("errors are in the order of the file", () => {
  const text = "accounts:\n  b: { id: 1, region: x }\n  a: { id: 2, region: y }\ndefaults: { tags: 5 }\n";
  const places = ["account_id 2:12", "region 2:23", "account_id 3:12", "region 3:23", "wrong_type 4:19"];
  expect(placesOf(text)).toEqual(places);
});

test("a template is reported once, and not also as a violation of a rule", () => {
  expect(placesOf(`defaults: { role: { name: "\${x}" } }\n${ACCOUNTS}`)).toEqual(["template 1:27"]);
});

test("all errors of a file are reported together", () => {
  const text = `defualts: {}
defaults:
  deploy_role_arn: arn:{partition}:iam::999999999999:role/Deploy
  state: { backend: s33 }
  tags:
    aws:owner: x
    Team: "%{ for }"
accounts:
  good: { id: "111111111111", region: eu-central-1, deploy_role_arn: null, state: { backend: local } }
  "bad name":
    id: 12345678901
    region: eu-centrl-1
    state: { backend: local }
    role:
      name: ${"x".repeat(65)}
      path: hybrid
      max_session_duration: 60
    unknwon: 1
  third:
    id: "333333333333"
    region: cn-north-1
    deploy_role_arn: arn:aws:iam::333333333333:role/Deploy
    external_id: a
    state: { backend: s3, bucket: Bad_Bucket }
    s3_managed_buckets: { us-east-1: {}, cn-north-1: { legacy_agent: 1 } }
    s3_buckets:
      one: { bucket: ab, prefix: "", purpose: scripts }
      two: { bucket: my-bucket, purpose: scripts, prefix: a/../b, kms_key_arn: "arn:aws:kms:eu-central-1:333333333333:key/1" }
      three: { bucket: my-bucket, prefix: "", purpose: scripts, put_object_acl: true }
    policies:
      one: { policy_arn: "arn:aws-cn:iam::aws:policy/service-role/AmazonEC2RoleforSSM" }
      two: { policy_arn: "arn:aws-cn:iam::444444444444:policy/p" }
      three: { policy_arn: "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore" }
    region: cn-north-1
  fourth: { id: "444444444444", region: eu-west-1, state: { backend: local } }
`;
  expect(placesOf(text).join(", ")).toBe(
    [
      "unknown_key 1:1, wrong_account 3:20, unknown_value 4:21, tag_key 6:5, template 7:11",
      "account_name 10:3, account_id 11:9, region 12:13, iam_role_name 15:13, iam_path 16:13",
      "max_session_duration 17:29, unknown_key 18:5, wrong_account 22:22, external_id 23:18, bucket_name 24:35",
      "partition 25:27, wrong_type 25:70, bucket_name 27:22, s3_prefix 28:59",
      "s3_access 29:14, deprecated_policy 31:26, foreign_policy 32:26, duplicate_policy 33:28, duplicate_key 34:5",
    ].join(", "),
  );
});
