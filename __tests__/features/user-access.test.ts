import { userAccess } from "../../lib/features/user-access";
import { userAccessPolicy } from "../../lib/features/user-access-policy";
import { at, faultsOf, oneAccount, synthRole } from "../support";

const KEY = "arn:aws:kms:eu-central-1:111111111111:key/1";
const ROLE = {
  ...{ accountId: "111111111111", partition: "aws", path: "/x/", name: "R", region: "eu-central-1" },
  trustedRegions: [],
  s3_buckets: {},
};

/** The faults of one entry, `u`, as `field: rule`. */
const rulesOf = (entry: string, label = "u", ...more: readonly string[]) =>
  faultsOf(oneAccount(`user_access: { ${label}: { ${entry} } }`, ...more)).map(
    ({ field, rule }) => `${field}: ${rule}`,
  );

test("an entry is for nobody, and for all machines, by default", () => {
  expect(userAccess.entries.parse({ u: { level: "operator" } })).toEqual({
    u: { level: "operator", groups: [], roles: [], users: [], node_tags: {} },
  });
});

test("each entry makes a policy of the role's name and its label, for who is named", () => {
  const entries = userAccess.entries.parse({
    readers: { level: "read_only", groups: ["Support"], users: ["u"] },
    admins: { level: "administrator", roles: ["Admins"] },
  });
  const scope = { partition: "aws", accountId: "111111111111", outputBuckets: [] };
  const document = (entry: keyof typeof entries) =>
    userAccessPolicy({ ...scope, roleArn: "arn:aws:iam::111111111111:role/x/R" }, entries[entry] as never);
  const description = "Permission of people to use Systems Manager on hybrid machines.";
  expect(userAccess.grants(entries, ROLE)).toEqual([
    {
      field: ["user_access", "readers"],
      arn: "arn:aws:iam::111111111111:policy/x/R-user-access-readers",
      document: document("readers"),
      description,
      level: "read_only",
      groups: ["Support"],
      roles: [],
      users: ["u"],
    },
    {
      field: ["user_access", "admins"],
      arn: "arn:aws:iam::111111111111:policy/x/R-user-access-admins",
      document: document("admins"),
      description,
      level: "administrator",
      groups: [],
      roles: ["Admins"],
      users: [],
    },
  ]);
});

test("the buckets that take the output of Run Command are known, in the order of their labels", () => {
  const bucket = (name: string, purpose: "run_command" | "scripts") => ({
    bucket: name,
    purpose,
    put_object_acl: false,
  });
  const s3_buckets = {
    b: bucket("second", "run_command"),
    a: bucket("first", "run_command"),
    c: bucket("scripts", "scripts"),
  };
  const [granted] = userAccess.grants(userAccess.entries.parse({ u: { level: "operator" } }), { ...ROLE, s3_buckets });
  expect(granted?.document.Statement.at(-1)).toMatchObject({
    Sid: "OutputBuckets",
    Resource: ["arn:aws:s3:::first", "arn:aws:s3:::second"],
  });
});

test.each([
  ["level: read_only", []],
  ["level: operator", []],
  ["level: administrator", []],
  ["groups: [g]", ["user_access.u.level: must be there, and be one of read_only, operator, administrator."]],
  ["level: admin", ["user_access.u.level: must be one of read_only, operator, administrator."]],
  ["level: operator, node_tags: { Team: plant }", []],
  [
    "level: administrator, node_tags: { Team: plant }",
    ["user_access.u: must have node_tags with the level operator only."],
  ],
  [
    "level: read_only, node_tags: { Team: plant }",
    ["user_access.u: must have node_tags with the level operator only."],
  ],
  ["level: administrator, node_tags: {}", []],
  [
    'level: operator, node_tags: { "aws:x": y }',
    ['user_access.u.node_tags["aws:x"]: must not begin with aws:, which AWS keeps for itself.'],
  ],
  [
    'level: operator, node_tags: { Team: "*" }',
    ['user_access.u.node_tags["Team"]: must be at most 256 letters, digits, spaces or any of _ . : / = + - @.'],
  ],
  [`level: operator, kms_key_arn: "${KEY}"`, []],
  [`level: administrator, kms_key_arn: "${KEY}"`, []],
  [`level: read_only, kms_key_arn: "${KEY}"`, ["user_access.u: must not have kms_key_arn with the level read_only."]],
  [
    `level: operator, kms_key_arn: "${KEY.replace("aws", "aws-cn")}"`,
    ["user_access.u.kms_key_arn: must be a key of the account's own partition, aws."],
  ],
  ["level: operator, groups: [a, b], roles: [a, b], users: [a, b]", []],
  ["level: operator, groups: [a, b, a]", ["user_access.u.groups: must name nobody twice."]],
  ["level: operator, roles: [a, a]", ["user_access.u.roles: must name nobody twice."]],
  ["level: operator, users: [a, a]", ["user_access.u.users: must name nobody twice."]],
  [
    "level: operator, roles: [AWSReservedSSO_Operators_0123456789abcdef]",
    ['user_access.u.roles["0"]: must not be a role that AWS manages: nothing can be attached to it.'],
  ],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(entry)).toEqual(rules);
});

test("a policy's name of 128 characters is taken, of 129 not", () => {
  // <role name>-user-access-<label>: 64 + 13 + 51.
  const role = `role: { name: ${"r".repeat(64)} }`;
  expect(rulesOf("level: operator", "x".repeat(51), role)).toEqual([]);
  const label = "x".repeat(52);
  expect(faultsOf(oneAccount(`user_access: { ${label}: { level: operator } }`, role))).toEqual([
    {
      file: "accounts.yaml",
      line: 5,
      column: 20,
      account: "a",
      field: `user_access.${label}`,
      code: "policy_name",
      value: label,
      rule: "must make a policy's name of at most 128 characters, <role name>-user-access-<label>; this makes 129.",
      fix: "Shorten the label.",
    },
  ]);
});

test("two labels that differ in case alone are refused at the second", () => {
  const level = "{ level: operator }";
  expect(faultsOf(oneAccount(`user_access: { Admins: ${level}, admins: ${level}, admins2: ${level} }`))).toEqual([
    expect.objectContaining({
      column: 49,
      field: "user_access.admins",
      code: "policy_name",
      value: "admins",
      rule: "must differ from the other labels in more than case, as IAM does not tell cases apart in a policy's name.",
      fix: "Rename one of the two.",
    }),
  ]);
});

test.each(["SSMServiceRole", "ssmservicerole"])("the service role itself, %s, is refused", (name) => {
  expect(rulesOf("level: operator, roles: [SSMServiceRole2]")).toEqual([]);
  expect(faultsOf(oneAccount(`user_access: { u: { level: operator, roles: [Operators, ${name}] } }`))).toEqual([
    expect.objectContaining({
      line: 5,
      column: 61,
      field: 'user_access.u.roles["1"]',
      code: "service_role",
      value: name,
      rule: "must not name the service role itself: the machines would have what people have.",
      fix: "Name the people's role.",
    }),
  ]);
});

test("Terraform makes a policy for each entry, and attaches it to each that is named", () => {
  const root = synthRole();
  expect(at(root, "resource", "aws_iam_policy", "user_access")).toMatchObject({
    for_each: "${var.user_access}",
    name: "${local.role_name}-user-access-${each.key}",
    path: "${local.path}",
    policy: "${local.user_access_documents[each.key]}",
  });
  const kinds = { groups: "group", roles: "role", users: "user" };
  for (const [kind, attribute] of Object.entries(kinds)) {
    expect(at(root, "resource", `aws_iam_${attribute}_policy_attachment`, "user_access")).toEqual({
      for_each: `\${merge([for k, e in var.user_access : { for name in e.${kind} : "\${k}/\${name}" => { label = k, name = name } }]...)}`,
      [attribute]: "${each.value.name}",
      policy_arn: "${aws_iam_policy.user_access[each.value.label].arn}",
    });
  }
});

test("a plan refuses what the file's reader refuses, in the same words", () => {
  const { precondition } = at(synthRole(), "resource", "aws_iam_policy", "user_access", "lifecycle") as {
    precondition: { error_message: string }[];
  };
  expect(precondition.map(({ error_message }) => error_message)).toEqual([
    "user_access: must make a policy of at most 6,144 characters, white space left out: ${each.key}.",
    "user_access: must make a policy's name of at most 128 characters, <role name>-user-access-<label>: ${each.key}.",
    "user_access: must differ from the other labels in more than case, as IAM does not tell cases apart in a policy's name.",
    "user_access: must not name the service role itself: the machines would have what people have: ${each.key}.",
    "user_access: kms_key_arn must be a key of the account's own partition, ${local.partition}.",
  ]);
});
