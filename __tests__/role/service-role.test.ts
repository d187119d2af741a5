import { KNOWN_REGIONS } from "../../lib/aws/partitions";
import { parseAccount } from "../../lib/config/account";
import type { ServiceRole } from "../../lib/role/service-role";

/** A role in account 111111111111, from fields as in the file; each must be right by itself. */
function role(fields: Readonly<Record<string, unknown>> = {}, region = "eu-central-1"): ServiceRole {
  const { account } = parseAccount("a", { id: "111111111111", region, ...fields });
  if (!account) throw new Error("not an account");
  return account.serviceRole;
}

const faultsOf = (...given: Parameters<typeof role>) => role(...given).check();
const codesOf = (...given: Parameters<typeof role>) => faultsOf(...given).map(({ code, field }) => `${code} ${field}`);
const own = (name: string) => ({ policy_arn: `arn:aws:iam::111111111111:policy/${name}` });
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, own(`p${index}`)]));

test.each([
  ["aws", "eu-central-1"],
  ["aws-cn", "cn-north-1"],
  ["aws-us-gov", "us-gov-west-1"],
])("everything that a role may have, in %s", (partition, region) => {
  const fields = {
    role: { name: "R", path: "/x/" },
    directory_service: { d: {} },
    cloudwatch_agent: { c: {} },
    s3_managed_buckets: { [region]: {} },
    s3_buckets: { b: { bucket: "my-bucket", purpose: "run_command" } },
    log_groups: {
      l: { log_group_arn: `arn:${partition}:logs:${region}:111111111111:log-group:g`, purpose: "run_command" },
    },
    policies: { p: { policy_arn: `arn:${partition}:iam::111111111111:policy/mine` } },
  };
  expect(role(fields, region).attached.map(({ arn }) => arn)).toEqual([
    `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
    `arn:${partition}:iam::aws:policy/AmazonSSMDirectoryServiceAccess`,
    `arn:${partition}:iam::aws:policy/CloudWatchAgentServerPolicy`,
    `arn:${partition}:iam::111111111111:policy/x/R-s3-managed-buckets`,
    `arn:${partition}:iam::111111111111:policy/x/R-s3-buckets`,
    `arn:${partition}:iam::111111111111:policy/x/R-log-groups`,
    `arn:${partition}:iam::111111111111:policy/mine`,
  ]);
  expect(codesOf(fields, region)).toEqual([]);
});

test("another core policy takes the place of AWS's", () => {
  const [core] = role({ role: { core_policy_arn: own("core").policy_arn } }).attached;
  expect(core).toEqual({ field: ["role", "core_policy_arn"], arn: "arn:aws:iam::111111111111:policy/core" });
});

test("10 policies may be attached, not 11, the core policy counted", () => {
  expect(codesOf({ policies: many(9) })).toEqual([]);
  expect(faultsOf({ policies: many(10) })).toEqual([
    {
      path: ["role", "managed_policy_quota"],
      field: "role.managed_policy_quota",
      code: "too_many_policies",
      value: 10,
      rule: "must not attach more policies than the role's quota managed_policy_quota; this attaches 11.",
      fix: "Merge policies, or have AWS raise the quota and write it here.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test("a quota that AWS raised holds", () => {
  const role = { managed_policy_quota: 20 };
  expect(codesOf({ role, policies: many(19) })).toEqual([]);
  expect(codesOf({ role, policies: many(20) })).toEqual(["too_many_policies role.managed_policy_quota"]);
});

test("a policy is attached once", () => {
  expect(faultsOf({ policies: { one: own("p"), two: own("p") } })).toEqual([
    {
      path: ["policies", "two", "policy_arn"],
      field: "policies.two.policy_arn",
      code: "attached_twice",
      value: "arn:aws:iam::111111111111:policy/p",
      rule: "must not attach a policy that another entry attaches already.",
      fix: "policies.one.policy_arn attaches it: remove one of the two.",
    },
  ]);
  expect(codesOf({ cloudwatch_agent: { one: {}, two: {} } })).toEqual([
    "attached_twice cloudwatch_agent.two.policy_arn",
  ]);
  expect(
    codesOf({ policies: { core: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" } } }),
  ).toEqual(["attached_twice policies.core.policy_arn"]);
});

test.each([
  ["of another account", "arn:aws:iam::222222222222:policy/p"],
  ["of another partition", "arn:aws-cn:iam::111111111111:policy/p"],
  ["of AWS's in another partition", "arn:aws-us-gov:iam::aws:policy/p"],
])("a policy %s cannot be attached", (_, policy_arn) => {
  const everywhere = {
    role: { core_policy_arn: `${policy_arn}0`, permissions_boundary: policy_arn },
    directory_service: { d: { policy_arn: `${policy_arn}1` } },
    cloudwatch_agent: { c: { policy_arn: `${policy_arn}2` } },
    policies: { p: { policy_arn: `${policy_arn}3` } },
  };
  expect(codesOf(everywhere)).toEqual([
    "foreign_policy role.core_policy_arn",
    "foreign_policy directory_service.d.policy_arn",
    "foreign_policy cloudwatch_agent.c.policy_arn",
    "foreign_policy policies.p.policy_arn",
    "foreign_policy role.permissions_boundary",
  ]);
  expect(faultsOf(everywhere)[3]).toMatchObject({
    value: `${policy_arn}3`,
    rule: "must be a policy of this account or of AWS, in the account's own partition: arn:aws:iam::111111111111:… or arn:aws:iam::aws:….",
    fix: "Name a policy of this account; {account_id} and {partition} may stand for its id and partition.",
  });
});

test("a policy of 6,144 characters is taken, of 6,145 not", () => {
  // One character more in a bucket's name is one more in the policy.
  const sized = (lastName: number) => ({
    s3_buckets: Object.fromEntries(
      Array.from({ length: 46 }, (_, index) => [
        `b${index}`,
        { bucket: "x".repeat(index === 45 ? lastName : 59), purpose: "scripts" },
      ]),
    ),
  });
  const size = (lastName: number) => role(sized(lastName)).attached[1];
  const length = JSON.stringify(size(3)?.document).length;
  const fits = 6144 - length + 3;
  expect(fits).toBeGreaterThanOrEqual(3);
  expect(fits).toBeLessThan(63);
  expect(JSON.stringify(size(fits)?.document)).toHaveLength(6144);
  expect(codesOf(sized(fits))).toEqual([]);
  expect(faultsOf(sized(fits + 1))).toEqual([
    {
      path: ["s3_buckets"],
      field: "s3_buckets",
      code: "policy_size",
      rule: "must make a policy of at most 6,144 characters, white space left out; this makes one of 6145.",
      fix: "Name less in it.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test("the managed buckets of 19 regions fit into a policy, of 20 not; for older agents 11 and 12", () => {
  const first = (count: number, legacy_agent: boolean) => ({
    s3_managed_buckets: Object.fromEntries(KNOWN_REGIONS.slice(0, count).map((region) => [region, { legacy_agent }])),
  });
  expect([codesOf(first(19, false)), codesOf(first(11, true))]).toEqual([[], []]);
  expect(codesOf(first(20, false))).toEqual(["policy_size s3_managed_buckets"]);
  expect(codesOf(first(12, true))).toEqual(["policy_size s3_managed_buckets"]);
});

test("regions of another partition are refused, in the managed buckets and in the trust", () => {
  const [trusted, bucket, ...rest] = faultsOf({
    s3_managed_buckets: { "eu-west-1": {}, "cn-north-1": {} },
    trust: { regions: ["eu-west-1", "us-gov-west-1"] },
  });
  expect(rest).toEqual([]);
  expect(bucket).toEqual({
    path: ["s3_managed_buckets", "cn-north-1"],
    field: 's3_managed_buckets["cn-north-1"]',
    inKey: true,
    code: "partition",
    rule: "must hold regions of the account's own partition only: aws.",
    fix: "Remove the region.",
  });
  expect(trusted).toMatchObject({ field: 'trust.regions["us-gov-west-1"]', code: "partition" });
});

test("a policy for people of 6,144 characters is taken, of 6,145 not, and it takes no place of the role's", () => {
  // An operator's policy repeats the tags: one character more in a value is one more in the policy.
  const tags = (last: number) =>
    Object.fromEntries(
      Array.from({ length: 21 }, (_, index) => [`tag-${index + 10}`, "x".repeat(index === 20 ? last : 200)]),
    );
  const access = (last: number) => ({ user_access: { Plant: { level: "operator", node_tags: tags(last) } } });
  const size = (last: number) => JSON.stringify(role(access(last)).granted[0]?.document).length;
  const fits = 6144 - size(0);
  expect(fits).toBeGreaterThan(0);
  expect(fits).toBeLessThan(256);
  expect(size(fits)).toBe(6144);
  expect(codesOf(access(fits))).toEqual([]);
  expect(codesOf({ ...access(fits), policies: many(9) })).toEqual([]);
  expect(faultsOf(access(fits + 1))).toEqual([
    {
      path: ["user_access", "Plant"],
      field: 'user_access["Plant"]',
      code: "policy_size",
      rule: "must make a policy of at most 6,144 characters, white space left out; this makes one of 6145.",
      fix: "Name less in it.",
      page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    },
  ]);
});

test("what a feature says of its entries is told, with the regions, the buckets and the role that it looks at", () => {
  const fields = {
    role: { name: "R" },
    trust: { regions: ["eu-west-1"] },
    s3_buckets: { b: { bucket: "my-bucket", purpose: "run_command" } },
    user_access: { u: { level: "operator", roles: ["r"] } },
    activations: { x: {} },
  };
  expect(codesOf(fields)).toEqual(['service_role user_access.u.roles["0"]', "activation_region activations"]);
  expect(JSON.stringify(role(fields).granted[0]?.document)).toContain('"arn:aws:s3:::my-bucket"');
});

test("a trust policy of at most 2,048 characters is taken, a longer one not", () => {
  const regions = (count: number) => new Array(count).fill("us-east-1");
  // One region makes 264 characters, each more 39.
  expect(codesOf({ trust: { regions: regions(46) } })).toEqual([]);
  const [fault, ...rest] = faultsOf({ trust: { regions: regions(47) } });
  expect(rest).toEqual([]);
  expect(fault).toMatchObject({
    code: "trust_policy_size",
    field: "trust.regions",
    rule: "must make a trust policy of at most 2048 characters; this makes one of 2058.",
  });
});
