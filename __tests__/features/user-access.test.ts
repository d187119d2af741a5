import { userAccess } from "../../lib/features/user-access";
import { rulesOf, told } from "../support";

const KEY = 'kms_key_arn: "arn:aws:kms:eu-central-1:111111111111:key/1"';
const ROLE = {
  ...{ accountId: "111111111111", partition: "aws", path: "/x/", name: "R", region: "eu-central-1" },
  trustedRegions: [],
  s3_buckets: {},
};
const DUPLICATE_NAME =
  "must result in a policy name that differs from the other policies of the role and of the entries: IAM ignores case and path.";
const OPERATORS_ONLY = "user_access.u: must have node_tags only with the level operator.";

test("by default, an entry has no groups, roles or users", () => {
  expect(userAccess.entries.parse({ u: { level: "operator", node_tags: {} } })).toEqual({
    u: { level: "operator", groups: [], roles: [], users: [], node_tags: {} },
  });
});

test("each entry creates a policy named after the role and its label, for its groups, roles and users", () => {
  const readers = { level: "read_only", groups: ["Support"], roles: [], users: ["u"] } as const;
  const admins = { level: "administrator", groups: [], roles: ["Admins"], users: [] } as const;
  const description = "Permission of people to use Systems Manager on hybrid machines.";
  const made = { document: expect.anything(), description };
  expect(userAccess.grants(userAccess.entries.parse({ readers, admins }), ROLE)).toEqual([
    {
      ...{ ...made, ...readers, field: ["user_access", "readers"] },
      arn: "arn:aws:iam::111111111111:policy/x/R-user-access-readers",
    },
    {
      ...{ ...made, ...admins, field: ["user_access", "admins"] },
      arn: "arn:aws:iam::111111111111:policy/x/R-user-access-admins",
    },
  ]);
});

test("the policy has the buckets for the output of Run Command, in the order of their labels", () => {
  const s3_buckets = {
    b: { bucket: "second", prefix: "", purpose: "run_command", put_object_acl: false },
    a: { bucket: "first", prefix: "", purpose: "run_command", put_object_acl: false },
    c: { bucket: "scripts", prefix: "", purpose: "scripts", put_object_acl: false },
  } as const;
  const [granted] = userAccess.grants(userAccess.entries.parse({ u: { level: "operator", node_tags: {} } }), {
    ...ROLE,
    s3_buckets,
  });
  expect(granted?.document.Statement.at(-1)).toMatchObject({
    Sid: "OutputBuckets",
    Resource: ["arn:aws:s3:::first", "arn:aws:s3:::second"],
  });
});

test.each([
  ["level: read_only", []],
  ["level: operator, node_tags: {}", []],
  ["level: administrator", []],
  ["groups: [g]", ["user_access.u.level: is required: one of read_only, operator, administrator."]],
  ["level: admin", ["user_access.u.level: must be one of read_only, operator, administrator."]],
  ["level: operator, node_tags: { Team: plant }", []],
  ["level: administrator, node_tags: { Team: plant }", [OPERATORS_ONLY]],
  ["level: read_only, node_tags: { Team: plant }", [OPERATORS_ONLY]],
  ["level: administrator, node_tags: {}", []],
  [
    'level: operator, node_tags: { "aws:x": y }',
    ['user_access.u.node_tags["aws:x"]: must not begin with aws:, which AWS reserves.'],
  ],
  [
    'level: operator, node_tags: { Team: "*" }',
    ['user_access.u.node_tags["Team"]: must be at most 256 letters, digits, spaces or any of _ . : / = + - @.'],
  ],
  [`level: operator, node_tags: {}, ${KEY}`, []],
  [`level: administrator, ${KEY}`, []],
  [`level: read_only, ${KEY}`, ["user_access.u: must not have kms_key_arn with the level read_only."]],
  ["level: operator, node_tags: {}, groups: [a, b], roles: [a, b], users: [a, b]", []],
  ["level: operator, node_tags: {}, groups: [a, b, a]", ["user_access.u.groups: must not contain duplicates."]],
  ["level: operator, node_tags: {}, roles: [a, a]", ["user_access.u.roles: must not contain duplicates."]],
  ["level: operator, node_tags: {}, users: [a, a]", ["user_access.u.users: must not contain duplicates."]],
  ["level: operator, node_tags: {}, roles: [SSMServiceRole2]", []],
  [
    "level: operator, node_tags: {}, roles: [AWSReservedSSO_Operators_0123456789abcdef]",
    ['user_access.u.roles["0"]: must not be a role that AWS manages: no policy can be attached to it.'],
  ],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(`user_access: { u: { ${entry} } }`)).toEqual(rules);
});

test("a policy name of 128 characters is accepted, 129 are not", () => {
  // <role name>-user-access-<label>: 64 + 13 + 51.
  const entry = (length: number) =>
    told(
      `user_access: { ${"x".repeat(length)}: { level: operator, node_tags: {} } }`,
      `role: { name: ${"r".repeat(64)} }`,
    );
  expect(entry(51)).toEqual([]);
  expect(entry(52)).toEqual([
    `accounts.yaml:5:20  account "a"  user_access.${"x".repeat(52)} = "${"x".repeat(52)}"`,
    "must result in a policy name of at most 128 characters, <role name>-user-access-<label>; this one has 129. [policy_name]",
    "Shorten the label, or set name.",
  ]);
});

test("two labels that differ only in case are an error at the second", () => {
  const level = "{ level: operator, node_tags: {} }";
  expect(told(`user_access: { Admins: ${level}, admins: ${level}, admins2: ${level} }`)).toEqual([
    'accounts.yaml:5:64  account "a"  user_access.admins = "admins"',
    `${DUPLICATE_NAME} [policy_name]`,
    "Rename one of the two.",
  ]);
});

test("a policy has the name and path of its entry", () => {
  const named = { level: "operator", node_tags: {}, name: "HybridOperators", path: "/people/" };
  expect(userAccess.grants(userAccess.entries.parse({ u: named }), ROLE)).toMatchObject([
    { field: ["user_access", "u"], arn: "arn:aws:iam::111111111111:policy/people/HybridOperators" },
  ]);
  const label = "x".repeat(52);
  expect(
    rulesOf(
      `user_access: { ${label}: { level: operator, node_tags: {}, name: n } }`,
      `role: { name: ${"r".repeat(64)} }`,
    ),
  ).toEqual([]);
});

test.each([
  ["name: a/b", "name: must be 1 to 128 letters, digits or any of + = , . @ _ -."],
  [`name: ${"x".repeat(129)}`, "name: must be 1 to 128 letters, digits or any of + = , . @ _ -."],
  ["path: people", "path: must begin and end with / and contain letters, digits, / or any of . , + @ = _ -."],
])("a policy with %s is refused", (field, rule) => {
  expect(rulesOf(`user_access: { u: { level: operator, node_tags: {}, ${field} } }`)).toEqual([
    `user_access.u.${rule}`,
  ]);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: names are unique in an account, regardless of case.
test.each([
  ["another entry's", "b: { level: operator, node_tags: {}, name: people, path: /b/ }", "b"],
  ["another entry's by default", "b: { level: operator, node_tags: {}, name: ssmserviceROLE-user-access-u }", "b"],
  [
    "one that the role gets, created here",
    "b: { level: operator, node_tags: {}, name: SSMServiceRole-S3-Buckets }",
    "b",
  ],
  ["one that the role gets, of the account", "b: { level: operator, node_tags: {}, name: mine, path: /b/ }", "b"],
])("the name of a policy that is %s is refused", (_, entry, key) => {
  const fields = [
    `user_access: { u: { level: operator, node_tags: {} }, a: { level: operator, node_tags: {}, name: People }, ${entry} }`,
    "s3_buckets: { o: { bucket: example-output, prefix: '', purpose: run_command } }",
    "policies: { q: { policy_arn: 'arn:aws:iam::{account_id}:policy/a/Mine' } }",
  ];
  expect(rulesOf(...fields)).toEqual([`user_access.${key}.name: ${DUPLICATE_NAME}`]);
});

test("an AWS managed policy can have the same name as an entry's policy", () => {
  expect(rulesOf("user_access: { u: { level: operator, node_tags: {}, name: AmazonSSMManagedInstanceCore } }")).toEqual(
    [],
  );
});

test.each(["SSMServiceRole", "ssmservicerole"])("the service role itself, %s, is refused", (name) => {
  expect(told(`user_access: { u: { level: operator, node_tags: {}, roles: [Operators, ${name}] } }`)).toEqual([
    `accounts.yaml:5:76  account "a"  user_access.u.roles["1"] = "${name}"`,
    "must not contain the service role itself: the machines would get the permissions of people. [service_role]",
    "Specify a role that people use.",
  ]);
});
