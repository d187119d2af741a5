import { roleSchema, trustSchema } from "../../lib/role/schema";
import { faultsOf, oneAccount, placesOf } from "../support";

const roleOf = (field: string) => faultsOf(oneAccount(`role: { ${field} }`)).map(({ rule }) => rule);

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

test("a role's name may have 64 characters, not 65", () => {
  expect(roleOf(`name: ${"x".repeat(64)}`)).toEqual([]);
  expect(faultsOf(oneAccount(`role: { name: ${"x".repeat(65)} }`))).toEqual([
    {
      file: "accounts.yaml",
      line: 5,
      column: 19,
      account: "a",
      field: "role.name",
      code: "iam_role_name",
      value: "x".repeat(65),
      rule: "must be 1 to 64 letters, digits or any of + = , . @ _ -.",
      fix: "Choose another name, for example SSMServiceRole.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test.each([
  [3599, ["must be a whole number from 3600 to 43200."]],
  [3600, []],
  [43200, []],
  [43201, ["must be a whole number from 3600 to 43200."]],
  ["3600.5", ["must be a whole number from 3600 to 43200."]],
  ['"3600"', ["must be a number."]],
  ["1e20", ["must be a whole number from 3600 to 43200."]],
])("a session of %s seconds", (seconds, rules) => {
  expect(roleOf(`max_session_duration: ${seconds}`)).toEqual(rules);
});

test.each([
  [9, ["must be a whole number from 10 to 20."]],
  [10, []],
  [20, []],
  [21, ["must be a whole number from 10 to 20."]],
])("a quota of %s policies", (quota, rules) => {
  expect(roleOf(`managed_policy_quota: ${quota}`)).toEqual(rules);
});

test("a description may have 1,000 characters, not 1,001", () => {
  expect(roleOf(`description: ${"x".repeat(1000)}`)).toEqual([]);
  expect(roleOf(`description: ${"x".repeat(1001)}`)).toEqual([
    "must be at most 1,000 printable characters of Latin-1.",
  ]);
});

test.each([
  ["/", []],
  ["/hybrid/", []],
  ["hybrid/", ["must begin and end with / and hold letters, digits, / or any of . , + @ = _ -."]],
  ["/hybrid", ["must begin and end with / and hold letters, digits, / or any of . , + @ = _ -."]],
  [`/${"x".repeat(511)}/`, ["must be at most 512 characters."]],
])("the path %s", (path, rules) => {
  expect(roleOf(`path: ${path}`)).toEqual(rules);
});

test("what bounds the role is a managed policy", () => {
  expect(roleOf('permissions_boundary: "arn:aws:iam::111111111111:policy/Boundary"')).toEqual([]);
  expect(roleOf("permissions_boundary: Boundary")).toEqual(["must be the ARN of a managed IAM policy."]);
});

test("the core policy may be another, but not the one that AWS deprecated", () => {
  expect(roleOf('core_policy_arn: "arn:aws:iam::111111111111:policy/Core"')).toEqual([]);
  expect(roleOf('core_policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"')).toEqual([
    "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it opens every S3 bucket that the account can reach.",
  ]);
});

test("regions of the trust are regions", () => {
  expect(placesOf(oneAccount("trust: { regions: [eu-west-1, us-east-1] }"))).toEqual([]);
  const [fault, ...rest] = faultsOf(oneAccount("trust: { regions: [eu-west-1, us-eest-1] }"));
  expect(rest).toEqual([]);
  expect(fault).toMatchObject({ line: 5, column: 35, value: "us-eest-1", fix: "Did you mean us-east-1?" });
});
