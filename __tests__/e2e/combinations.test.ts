import { cpSync } from "node:fs";
import { join } from "node:path";
import { CreateGroupCommand, CreateUserCommand, type IAMClient } from "@aws-sdk/client-iam";
import type { FeatureEntries } from "../../lib/features/features";
import { REPOSITORY } from "../../scripts/support/lab";
import { inTerraform } from "../accounts";
import { FULL } from "../full";
import { type Attachments, attachments } from "./attachments";
import { SsmApi } from "./ssm-api";
import { describeInLab, programs, synthesize } from "./support";

const ID = "111111111111";
const DEPLOY_ROLE = `arn:aws:iam::${ID}:role/TerraformDeploy`;

/** A feature that can be turned off again. `instance_tier` has its own test. */
type FeatureName = Exclude<keyof FeatureEntries, "instance_tier">;

/** One entry of each feature, and the policies that it attaches to the role: AWS's by name, ours by suffix. */
const FEATURES: Record<FeatureName, { on: object; attaches: string[] }> = {
  directory_service: { on: { corp: {} }, attaches: ["AmazonSSMDirectoryServiceAccess"] },
  cloudwatch_agent: { on: { default: {} }, attaches: ["CloudWatchAgentServerPolicy"] },
  s3_managed_buckets: { on: { "eu-central-1": {} }, attaches: ["-s3-managed-buckets"] },
  s3_buckets: {
    on: { output: { bucket: "example-output", prefix: "", purpose: "run_command" } },
    attaches: ["-s3-buckets"],
  },
  log_groups: {
    on: { sessions: { log_group_arn: `arn:aws:logs:eu-central-1:${ID}:log-group:a`, purpose: "session_manager" } },
    attaches: ["-log-groups"],
  },
  policies: {
    on: { patch: { policy_arn: "arn:aws:iam::aws:policy/AmazonSSMPatchAssociation" } },
    attaches: ["AmazonSSMPatchAssociation"],
  },
  user_access: {
    on: { line: { level: "operator", node_tags: {}, groups: ["helpdesk"], users: ["auditor"] } },
    attaches: [],
  },
  activations: { on: { week: { expires_in_days: 7 } }, attaches: [] },
};
const NAMES = Object.keys(FEATURES) as FeatureName[];

/** The features that are on. */
type Combination = ReadonlySet<FeatureName>;

/** All 256 combinations. */
const ALL = [...Array(2 ** NAMES.length)].map((_, bits) => new Set(NAMES.filter((_, i) => (bits >> i) & 1)));

/**
 * A small sample. For each two features, it contains a combination with both on, with both off, and with either one on.
 * One combination has all features off. In the next five, each feature is on in a different set of three. Any two of
 * these sets overlap, and none contains another. The last one has all features on.
 */
const PAIRWISE: readonly Combination[] = [
  new Set<FeatureName>(),
  ...[0, 1, 2, 3, 4].map((row) => new Set(NAMES.filter((_, i) => triples()[i]?.includes(row)))),
  new Set(NAMES),
];

function triples(): number[][] {
  const rows = [0, 1, 2, 3, 4];
  return rows.flatMap((a) => rows.flatMap((b) => rows.filter((c) => a < b && b < c).map((c) => [a, b, c])));
}

/** Returns the entries of each feature. A feature that is off has none. */
function entries(combination: Combination): Record<string, object> {
  return Object.fromEntries(NAMES.map((name) => [name, combination.has(name) ? FEATURES[name].on : {}]));
}

/** Returns the role name of a combination: `role-10000001`. */
function roleName(combination: Combination): string {
  return `role-${NAMES.map((name) => Number(combination.has(name))).join("")}`;
}

/** Returns the expected attachments of a combination's role, in the form of {@link attachments}. */
function expected(combination: Combination): Attachments {
  const role = roleName(combination);
  const attached = NAMES.filter((name) => combination.has(name)).flatMap((name) => FEATURES[name].attaches);
  const own = attached.map((policy) => (policy.startsWith("-") ? `${role}${policy}` : policy));
  const people = combination.has("user_access") ? [`${role}-user-access-line`] : [];
  return {
    roles: { [role]: ["AmazonSSMManagedInstanceCore", ...own].sort() },
    policies: [...own.filter((policy) => policy.startsWith(role)), ...people],
    people: people.flatMap((policy) => [`auditor ${policy}`, `helpdesk ${policy}`]),
  };
}

/** Merges the attachments of several roles in one account. */
function together(all: readonly Attachments[]): Attachments {
  return {
    roles: Object.assign({}, ...all.map(({ roles }) => roles)),
    policies: all.flatMap(({ policies }) => policies).sort(),
    people: all.flatMap(({ people }) => people).sort(),
  };
}

test("the sample contains each pair of features with both on, both off, and either one on", () => {
  const ways = (a: FeatureName, b: FeatureName) =>
    new Set(PAIRWISE.map((combination) => `${combination.has(a)} ${combination.has(b)}`));
  const pairs = NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => [a, b] as const));
  expect(pairs).toHaveLength(28);
  expect(pairs.filter(([a, b]) => ways(a, b).size < 4)).toEqual([]);
});

describeInLab("combinations of the optional features", (lab) => {
  let api: SsmApi;
  let iam: IAMClient;
  const endpoints = () => [{ ssm: api.endpoint }];
  const terraform = (root: string, ...args: readonly string[]) =>
    lab().mustTerraform(root, ...args, "-input=false", "-no-color");

  /** Expects an empty plan. */
  const mustChangeNothing = (root: string, ...args: readonly string[]) =>
    terraform(root, "plan", "-detailed-exitcode", ...args);

  beforeAll(async () => {
    api = await SsmApi.start(lab().endpoint);
    iam = await lab().iam(ID);
    await iam.send(new CreateGroupCommand({ GroupName: "helpdesk" }));
    await iam.send(new CreateUserCommand({ UserName: "auditor" }));
    cpSync(join(REPOSITORY, "modules"), lab().directory("modules"), { recursive: true });
  });
  afterAll(() => api?.stop());

  test(
    `${FULL ? "all 256" : "a sample"} can be applied, have an empty second plan, and can be destroyed`,
    async () => {
      const combinations = FULL ? ALL : PAIRWISE;
      const before = await attachments(iam);
      const root = lab().directory("all");
      const each = (name: string) => `\${each.value.${name}}`;
      const json = {
        provider: { aws: { region: "eu-central-1", assume_role: { role_arn: DEPLOY_ROLE }, endpoints: endpoints() } },
        module: {
          this: {
            source: "../modules/ssm-hybrid-service-role",
            for_each: Object.fromEntries(combinations.map((on) => [roleName(on), inTerraform(entries(on))])),
            account_id: ID,
            region: "eu-central-1",
            role_name: `\${each.key}`,
            ...Object.fromEntries(NAMES.map((name) => [name, each(name)])),
          },
        },
      };
      lab().file("all/main.tf.json", JSON.stringify(json));
      await lab().mustTerraform(root, "init", "-input=false");
      await terraform(root, "apply", "-auto-approve");
      expect(await attachments(iam)).toEqual(together(combinations.map(expected)));
      const activated = combinations.filter((on) => on.has("activations")).map(roleName);
      expect([...api.activations.values()].map(({ role }) => role).sort()).toEqual(activated.sort());

      await mustChangeNothing(root);
      await terraform(root, "destroy", "-auto-approve");
      expect(await attachments(iam)).toEqual(before);
      expect(api.activations.size).toBe(0);
      expect(await lab().mustTerraform(root, "state", "list")).toBe("");
      // Terraform creates about twelve resources for each combination, in a few runs.
    },
    programs(FULL ? 4 * ALL.length : 10),
  );

  const testInFull = FULL ? test : test.skip;
  testInFull("can be switched in an account's root module, and destroy deletes everything", async () => {
    const before = await attachments(iam);
    const account = {
      id: ID,
      region: "eu-central-1",
      deploy_role_arn: DEPLOY_ROLE,
      role: { name: roleName(new Set()) },
    };
    const root = (await synthesize(lab(), "one", JSON.stringify({ accounts: { one: account } })))("one");
    lab().file(
      "one/cdktf.out/stacks/one/ssm_override.tf.json",
      JSON.stringify({ provider: { aws: { endpoints: endpoints() } } }),
    );
    await lab().mustTerraform(root, "init", "-input=false");
    const [, first, second] = PAIRWISE as readonly [Combination, Combination, Combination];
    for (const on of [first, second]) {
      const variables = `-var-file=${lab().file(`${roleName(on)}.tfvars.json`, JSON.stringify(inTerraform(entries(on))))}`;
      await terraform(root, "apply", "-auto-approve", variables);
      const named = (text: string) => text.replaceAll(roleName(on), account.role.name);
      expect(await attachments(iam)).toEqual(JSON.parse(named(JSON.stringify(together([expected(on)])))));
      expect(api.activations.size).toBe(Number(on.has("activations")));
      await mustChangeNothing(root, variables);
    }
    await terraform(root, "destroy", "-auto-approve");
    expect(await attachments(iam)).toEqual(before);
    expect(api.activations.size).toBe(0);
  });
});
