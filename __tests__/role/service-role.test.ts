import { KNOWN_REGIONS } from "../../lib/aws/partitions";
import { parseAccount } from "../../lib/config/account";
import type { ServiceRole } from "../../lib/role/service-role";
import { fullAccount } from "../accounts";
import { QUOTAS } from "../facts/quotas";
import { told } from "../support";

const QUOTA_PAGE = "See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** Returns a role in account 111111111111, from fields as in the file. Each field must be valid. */
function role(fields: object): ServiceRole {
  const { account } = parseAccount("a", { id: "111111111111", region: "eu-central-1", ...fields });
  if (!account) throw new Error("not an account");
  return account.serviceRole;
}

const codesOf = (fields: object) =>
  role(fields)
    .check()
    .map(({ code, field }) => `${code} ${field}`);
/** Returns errors as they are printed. Each field is one line of the file. */
const printedOf = (fields: object) =>
  told(...Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`));
const own = (name: string) => ({ policy_arn: `arn:aws:iam::111111111111:policy/${name}` });
const listed = <Entry>(count: number, make: (index: number) => readonly [string, Entry]) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)));
const many = (count: number) => ({ policies: listed(count, (index) => [`p${index}`, own(`p${index}`)]) });

test.each([
  ["aws", "eu-central-1"],
  ["aws-cn", "cn-north-1"],
  ["aws-us-gov", "us-gov-west-1"],
])("everything that a role can have, in %s", (partition, region) => {
  const { attached } = role(fullAccount(partition, region));
  expect(attached.map(({ field, arn }) => `${field.join(".")} ${arn}`)).toEqual([
    `role.core_policy_arn arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
    `directory_service.default.policy_arn arn:${partition}:iam::aws:policy/AmazonSSMDirectoryServiceAccess`,
    `cloudwatch_agent.1e5.policy_arn arn:${partition}:iam::111111111111:policy/007`,
    `s3_managed_buckets arn:${partition}:iam::111111111111:policy/machines/Hybrid-s3-managed-buckets`,
    `s3_buckets arn:${partition}:iam::111111111111:policy/machines/Hybrid-s3-buckets`,
    `log_groups arn:${partition}:iam::111111111111:policy/machines/Hybrid-log-groups`,
    `policies.mine.policy_arn arn:${partition}:iam::111111111111:policy/mine`,
  ]);
  expect(attached.flatMap(({ description }) => description ?? [])).toEqual([
    "Lets SSM Agent on hybrid machines read the AWS-owned S3 buckets of its regions.",
    "Access of hybrid machines to S3 buckets of this organization.",
    "Lets hybrid machines write to groups of CloudWatch Logs.",
  ]);
  expect(codesOf(fullAccount(partition, region))).toEqual([]);
});

test("another core policy replaces AWS's", () => {
  const [core] = role({ role: { core_policy_arn: own("core").policy_arn } }).attached;
  expect(core).toEqual({ field: ["role", "core_policy_arn"], arn: "arn:aws:iam::111111111111:policy/core" });
});

test("10 policies can be attached, not 11; the core policy counts, those for users do not", () => {
  expect(codesOf({ ...many(9), user_access: { u: { level: "operator", node_tags: {} } } })).toEqual([]);
  expect(printedOf(many(10))).toEqual([
    'accounts.yaml:2:3  account "a"  role.managed_policy_quota = 10',
    "must not attach more policies than managed_policy_quota allows; this role attaches 11. [too_many_policies]",
    `Merge policies, or request a higher quota from AWS and set it here. ${QUOTA_PAGE}`,
  ]);
});

test("a quota that AWS raised applies", () => {
  const role = { managed_policy_quota: 20 };
  expect(codesOf({ role, ...many(19) })).toEqual([]);
  expect(codesOf({ role, ...many(20) })).toEqual(["too_many_policies role.managed_policy_quota"]);
});

test("a policy can be attached only once", () => {
  expect(printedOf({ policies: { one: own("p"), two: own("p") } })).toEqual([
    'accounts.yaml:5:94  account "a"  policies.two.policy_arn = "arn:aws:iam::111111111111:policy/p"',
    "must not attach a policy that another entry attaches already. [duplicate_policy]",
    "policies.one.policy_arn attaches it already. Remove one of the two.",
  ]);
  const core = { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" };
  expect(codesOf({ cloudwatch_agent: { one: {}, two: {} }, policies: { core } })).toEqual([
    "duplicate_policy cloudwatch_agent.two.policy_arn",
    "duplicate_policy policies.core.policy_arn",
  ]);
});

test.each([
  ["of another account", "arn:aws:iam::222222222222:policy/p"],
  ["of another partition", "arn:aws-cn:iam::111111111111:policy/p"],
  ["of AWS in another partition", "arn:aws-us-gov:iam::aws:policy/p"],
])("a policy %s cannot be attached", (_, arn) => {
  const everywhere = {
    role: { core_policy_arn: `${arn}0`, permissions_boundary: arn },
    directory_service: { d: { policy_arn: `${arn}1` } },
    cloudwatch_agent: { c: { policy_arn: `${arn}2` } },
    policies: { p: { policy_arn: `${arn}3` } },
  };
  expect(codesOf(everywhere)).toEqual([
    "foreign_policy role.core_policy_arn",
    "foreign_policy directory_service.d.policy_arn",
    "foreign_policy cloudwatch_agent.c.policy_arn",
    "foreign_policy policies.p.policy_arn",
    "foreign_policy role.permissions_boundary",
  ]);
  expect(printedOf({ policies: everywhere.policies })).toEqual([
    `accounts.yaml:5:34  account "a"  policies.p.policy_arn = "${arn}3"`,
    "must be a policy of this account or of AWS, in the account's own partition: arn:aws:iam::111111111111:… or arn:aws:iam::aws:…. [foreign_policy]",
    "Specify a policy of this account. {account_id} and {partition} are replaced with its id and partition.",
  ]);
});

// One more character in the last string is one more in the policy.
test.each([
  {
    field: "s3_buckets",
    place: "5:17",
    texts: [3, 63],
    fields: (last: number) => ({
      s3_buckets: listed(46, (i) => [
        `b${i}`,
        { bucket: "x".repeat(i === 45 ? last : 59), prefix: "", purpose: "patch_baseline" },
      ]),
    }),
  },
  {
    field: 'user_access["Plant"]',
    place: "5:27",
    texts: [0, 256],
    fields: (last: number) => {
      const node_tags = listed(20, (i) => [`tag-${i + 10}`, "x".repeat(i === 19 ? last : 200)]);
      return { user_access: { Plant: { level: "operator", node_tags } } };
    },
  },
])("a policy of 6,144 characters is accepted, one of 6,145 is not: $field", ({ field, place, texts, fields }) => {
  const [shortest, longest] = texts as [number, number];
  const size = (last: number) => {
    const { attached, granted } = role(fields(last));
    return JSON.stringify([...attached, ...granted].at(-1)?.document).length;
  };
  const fits = QUOTAS.managedPolicy - size(shortest) + shortest;
  expect(fits).toBeGreaterThan(shortest);
  expect(fits).toBeLessThan(longest);
  expect(size(fits)).toBe(QUOTAS.managedPolicy);
  expect(codesOf(fields(fits))).toEqual([]);
  expect(printedOf(fields(fits + 1))).toEqual([
    `accounts.yaml:${place}  account "a"  ${field}`,
    "must result in a policy of at most 6,144 characters, not counting white space; this one has 6145. [policy_size]",
    `Remove some of its entries. ${QUOTA_PAGE}`,
  ]);
});

test("the managed buckets of 19 regions fit into a policy, those of 20 do not; for older agents, 11 and 12", () => {
  const first = (count: number, legacy_agent: boolean) =>
    codesOf({ s3_managed_buckets: listed(count, (index) => [KNOWN_REGIONS[index] as string, { legacy_agent }]) });
  expect([first(19, false), first(11, true)]).toEqual([[], []]);
  expect([first(20, false), first(12, true)].flat()).toEqual([
    "policy_size s3_managed_buckets",
    "policy_size s3_managed_buckets",
  ]);
});

test("regions of another partition are refused, in the managed buckets and in the trust", () => {
  expect(printedOf({ s3_managed_buckets: { "eu-west-1": {}, "cn-north-1": {} } })).toEqual([
    'accounts.yaml:5:41  account "a"  s3_managed_buckets["cn-north-1"]',
    "must contain only regions of the account's partition: aws. [partition]",
    "Remove the region.",
  ]);
  expect(codesOf({ trust: { regions: ["eu-west-1", "us-gov-west-1"] } })).toEqual([
    'partition trust.regions["us-gov-west-1"]',
  ]);
});

test("a feature's errors are reported, including those that depend on regions, buckets and the role", () => {
  const fields = {
    role: { name: "R" },
    trust: { regions: ["eu-west-1"] },
    s3_buckets: { b: { bucket: "my-bucket", prefix: "", purpose: "run_command" } },
    user_access: { u: { level: "operator", node_tags: {}, roles: ["r"] } },
    activations: { x: {} },
  };
  expect(codesOf(fields)).toEqual(['service_role user_access.u.roles["0"]', "activation_region activations"]);
  expect(JSON.stringify(role(fields).granted[0]?.document)).toContain('"arn:aws:s3:::my-bucket"');
});

test("a trust policy of at most 2,048 characters is accepted, a longer one is not", () => {
  const trust = (count: number) => ({ trust: { regions: new Array(count).fill("us-east-1") } });
  // One region has 264 characters, each further region 39.
  expect(codesOf(trust(46))).toEqual([]);
  expect(printedOf(trust(47))).toEqual([
    'accounts.yaml:5:23  account "a"  trust.regions',
    "must result in a trust policy of at most 2048 characters; this one has 2058. [trust_policy_size]",
    `List fewer regions. ${QUOTA_PAGE}`,
  ]);
});
