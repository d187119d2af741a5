import { roleSchema, trustSchema } from "../../lib/role/schema";
import { rulesOf, told } from "../support";

const SESSION = "role.max_session_duration: must be a whole number from 3600 to 43200.";
const QUOTA = "role.managed_policy_quota: must be a whole number from 10 to 20.";
const PATH = "role.path: must begin and end with / and contain letters, digits, / or any of . , + @ = _ -.";

test("the defaults are those of AWS's procedure", () => {
  expect(roleSchema.parse({})).toEqual({
    name: "SSMServiceRole",
    path: "/",
    force_detach_policies: false,
    managed_policy_quota: 10,
    adopt: false,
    exclusive_policies: false,
  });
  expect(trustSchema.parse({})).toEqual({ conditions: true, regions: [], service_principal: "ssm.amazonaws.com" });
});

test.each([
  [`name: ${"x".repeat(64)}`, []],
  ["max_session_duration: 3599", [SESSION]],
  ["max_session_duration: 3600", []],
  ["max_session_duration: 43200", []],
  ["max_session_duration: 43201", [SESSION]],
  ["max_session_duration: 3600.5", [SESSION]],
  ['max_session_duration: "3600"', ["role.max_session_duration: must be a number."]],
  ["max_session_duration: 100000000000000000000", [SESSION]],
  ["managed_policy_quota: 9", [QUOTA]],
  ["managed_policy_quota: 10", []],
  ["managed_policy_quota: 20", []],
  ["managed_policy_quota: 21", [QUOTA]],
  [`description: ${"x".repeat(1000)}`, []],
  [`description: ${"x".repeat(1001)}`, ["role.description: must be at most 1,000 printable Latin-1 characters."]],
  ["path: /", []],
  ["path: /hybrid/", []],
  ["path: hybrid/", [PATH]],
  ["path: /hybrid", [PATH]],
  [`path: /${"x".repeat(511)}/`, ["role.path: must be at most 512 characters long."]],
  ['permissions_boundary: "arn:aws:iam::111111111111:policy/Boundary"', []],
  ["permissions_boundary: Boundary", ["role.permissions_boundary: must be the ARN of a managed IAM policy."]],
  ['core_policy_arn: "arn:aws:iam::111111111111:policy/Core"', []],
  [
    'core_policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"',
    [expect.stringContaining("role.core_policy_arn: must not be AmazonEC2RoleforSSM: ")],
  ],
])("a role with %s", (field, rules) => {
  expect(rulesOf(`role: { ${field} }`)).toEqual(rules);
});

test("a role's name can have 64 characters, not 65", () => {
  expect(told(`role: { name: ${"x".repeat(65)} }`)).toEqual([
    `accounts.yaml:5:19  account "a"  role.name = "${"x".repeat(65)}"`,
    "must be 1 to 64 letters, digits or any of + = , . @ _ -. [iam_role_name]",
    "Choose another name, for example SSMServiceRole. See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  ]);
});

test("trust.regions accepts only regions", () => {
  expect(told("trust: { regions: [eu-west-1, us-east-1] }")).toEqual([]);
  expect(told("trust: { regions: [eu-west-1, us-eest-1] }")).toEqual([
    'accounts.yaml:5:35  account "a"  trust.regions["1"] = "us-eest-1"',
    "must be an AWS region. [region]",
    "Did you mean us-east-1? See https://docs.aws.amazon.com/general/latest/gr/ssm.html",
  ]);
});
