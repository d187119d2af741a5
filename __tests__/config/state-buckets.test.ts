import { parseAccounts } from "../../lib/config/fleet";
import { BUCKET_STATE_KEY, stateBuckets } from "../../lib/config/state-buckets";
import { errorsIn, oneAccount } from "../support";

const DEPLOY = "arn:aws:iam::111111111111:role/TerraformDeploy";

interface Fields {
  readonly id?: string;
  readonly region?: string;
  readonly deploy_role_arn?: string | undefined;
  readonly state?: object;
}

/** A file of accounts whose states are in the bucket `states` by default. */
function fileOf(accounts: Record<string, Fields>) {
  const entries = Object.entries(accounts).map(([name, { state, ...fields }]) => {
    const role = { assume_role: { role_arn: DEPLOY } };
    const whole = { backend: "s3", bucket: "states", key: `${name}.tfstate`, ...role, ...state };
    const account = { id: "111111111111", region: "eu-central-1", deploy_role_arn: DEPLOY, role: { name }, ...fields };
    return [name, { ...account, state: whole }];
  });
  return parseAccounts(JSON.stringify({ accounts: Object.fromEntries(entries) }));
}

const bucketsOf = (accounts: Record<string, Fields>, names = Object.keys(accounts)) =>
  stateBuckets(fileOf(accounts), names, "accounts.yaml");

const errorsOf = (accounts: Record<string, Fields>) =>
  errorsIn(() => bucketsOf(accounts)).map(({ account, field, rule }) => `${account} ${field} ${rule}`);

const ELSEWHERE = { id: "222222222222", deploy_role_arn: "arn:aws:iam::222222222222:role/Deploy" };

test("a bucket is in its account, in the account's region, with the accounts' states", () => {
  const [bucket] = bucketsOf({ one: {} });
  expect(bucket).toMatchObject({ name: "states", region: "eu-central-1", owner: { id: "111111111111" } });
  expect(bucket).not.toHaveProperty("kmsKeyId");
  expect(bucket?.states).toEqual([{ key: "one.tfstate", roleArn: DEPLOY }]);
});

test("the bucket has the region and the key of the state", () => {
  expect(bucketsOf({ one: { state: { region: "us-east-1", kms_key_id: "alias/state" } } })).toMatchObject([
    { region: "us-east-1", kmsKeyId: "alias/state" },
  ]);
});

test("a shared bucket is returned once, in the account of the roles that access it, with all states", () => {
  const buckets = bucketsOf({ first: ELSEWHERE, tooling: {}, another: { state: { bucket: "own" } } }, ["first"]);
  expect(buckets).toMatchObject([{ name: "states", owner: { id: "111111111111", deploy_role_arn: DEPLOY } }]);
  expect(buckets[0]?.states.map(({ key }) => key)).toEqual(["first.tfstate", "tooling.tfstate"]);
});

test("two partitions can each have a bucket with the same name", () => {
  const role = DEPLOY.replace("aws", "aws-cn");
  const state = { key: "one.tfstate", assume_role: { role_arn: role } };
  const buckets = bucketsOf({ one: {}, china: { region: "cn-north-1", deploy_role_arn: role, state } });
  expect(buckets.map(({ name, region, states }) => [name, region, ...states.map(({ roleArn }) => roleArn)])).toEqual([
    ["states", "eu-central-1", DEPLOY],
    ["states", "cn-north-1", role],
  ]);
});

test("an account whose state is elsewhere has no bucket", () => {
  const fleet = parseAccounts(oneAccount());
  expect(stateBuckets(fleet, ["a"], "accounts.yaml")).toEqual([]);
});

const NO_ROLE =
  "state.assume_role is required: the bucket policy must list the role that reads and writes the state file.";
const OTHER_ACCOUNT = "state.assume_role.role_arn must be a role of the account that contains the bucket states:";
const NOT_IN_FILE =
  "a state.assume_role.role_arn must be a role of an account in this file: the bucket states is created in that account.";

test.each<[string, Record<string, Fields>, ...errors: string[]]>([
  [
    "accounts without a role, each with its own error",
    { a: { state: { assume_role: undefined } }, b: { state: { assume_role: undefined } } },
    `a ${NO_ROLE}`,
    `b ${NO_ROLE}`,
  ],
  [
    "roles of two accounts",
    { a: {}, b: { ...ELSEWHERE, state: { assume_role: { role_arn: ELSEWHERE.deploy_role_arn } } } },
    `b ${OTHER_ACCOUNT} arn:aws:iam::111111111111:role/….`,
  ],
  [
    "a role of another partition than the bucket's",
    { a: { state: { region: "cn-north-1" } } },
    `a ${OTHER_ACCOUNT} arn:aws-cn:iam::111111111111:role/….`,
    NOT_IN_FILE,
  ],
  ["a role of an account that is not in the file", { a: ELSEWHERE }, NOT_IN_FILE],
  [
    "no deploy role",
    { a: { deploy_role_arn: undefined } },
    "a deploy_role_arn is required: this role creates the bucket states, whose policy denies access to every role that it does not list.",
  ],
  [
    "two regions and two keys",
    { a: {}, b: { state: { region: "eu-west-1", kms_key_id: "alias/b" } } },
    "b state.region must be the same as for a, which uses the same bucket states: eu-central-1.",
    "b state.kms_key_id must be the same as for a, which uses the same bucket states: none.",
  ],
  [
    "the key of the bucket's own state",
    { a: { state: { key: BUCKET_STATE_KEY } } },
    "a state.key must not be the key of the bucket's own state, or of its lock.",
  ],
])("refuses %s", (_, accounts, ...errors) => {
  expect(errorsOf(accounts)).toEqual(errors);
});

const SETUP = "arn:aws:iam::111111111111:role/StateSetup";

test("bootstrap_role_arn creates the bucket instead of the deploy role, and a former role can keep its access", () => {
  const state = { bootstrap_role_arn: SETUP };
  const [bucket] = bucketsOf({ one: { state }, other: { state } });
  expect(bucket?.owner.deploy_role_arn).toBe(SETUP);
  const named = (former?: string) => JSON.stringify(bucket?.policy(former)).match(/(?<=:)role\/[A-Za-z]+/g);
  expect(new Set(named())).toEqual(new Set(["role/StateSetup", "role/TerraformDeploy", "role/TerraformDeployPlan"]));
  expect(named("arn:aws:iam::111111111111:role/Former")).toContain("role/Former");
  expect(errorsOf({ one: { state }, other: {} })).toEqual([
    `other state.bootstrap_role_arn must be the same as for one, which uses the same bucket states: ${SETUP}.`,
  ]);
  expect(errorsOf({ one: { state: { bootstrap_role_arn: "arn:aws:iam::222222222222:role/Setup" } } })).toEqual([
    "one state.bootstrap_role_arn must be a role of the account that contains the bucket states: arn:aws:iam::111111111111:role/….",
  ]);
});

const many = (count: number, state: (index: number) => object) =>
  Object.fromEntries(
    [...Array(count).keys()].map((index) => [`a${String(index).padStart(4, "0")}`, { state: state(index) }]),
  );

test("with one role for all states, the policy does not grow with the number of accounts", () => {
  const size = (count: number) => JSON.stringify(bucketsOf(many(count, () => ({})))[0]?.policy()).length;
  expect(size(1000)).toBeLessThanOrEqual(size(2));
});

test("with a state role per account, the size of the bucket policy limits the number of accounts", () => {
  const ownRole = (index: number) => ({ assume_role: { role_arn: `arn:aws:iam::111111111111:role/State${index}` } });
  expect(errorsOf(many(40, ownRole))).toEqual([]);
  expect(errorsOf(many(80, ownRole))).toEqual([
    expect.stringMatching(
      /^a0000 state.bucket must have a policy of at most 20480 bytes; the policy for the 80 accounts that share it has \d+\.$/,
    ),
  ]);
});
