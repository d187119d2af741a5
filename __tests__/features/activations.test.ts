import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { activations } from "../../lib/features/activations";
import { at, errorsIn, rulesOf, synthAccount, synthRole, told } from "../support";

const ONE = "activations: { x: {} }";
const LIMIT = "activations.x.registration_limit: must be a whole number from 1 to 1000.";
const DAYS = "activations.x.expires_in_days: must be a whole number from 1 to 30.";

test("by default, an entry allows one machine, with the expiry of AWS", () => {
  expect(activations.entries.parse({ x: {} })).toEqual({
    x: { registration_limit: 1, tags: {}, by_runbook: false },
  });
});

test.each([
  ["", []],
  ["registration_limit: 1", []],
  ["registration_limit: 1000", []],
  ["registration_limit: 0", [LIMIT]],
  ["registration_limit: 1001", [LIMIT]],
  ["registration_limit: 1.5", [LIMIT]],
  ["expires_in_days: 1", []],
  ["expires_in_days: 30", []],
  ["expires_in_days: 0", [DAYS]],
  ["expires_in_days: 31", [DAYS]],
  ['expiration_date: "2026-12-24T18:00:00Z"', []],
  ['expiration_date: "2028-02-29T18:00:00Z"', []],
  ['expiration_date: "2026-02-29T18:00:00Z"', ["activations.x.expiration_date: must be a valid calendar date."]],
  [
    'expiration_date: "2026-12-24T18:00:00+01:00"',
    ["activations.x.expiration_date: must be an RFC 3339 date and time in UTC, ending in Z."],
  ],
  [
    'expiration_date: "2026-12-24T18:00:00Z", expires_in_days: 1',
    ["activations.x: must not have both expiration_date and expires_in_days."],
  ],
  ["description: Machines of the plant", []],
  [`description: ${"x".repeat(257)}`, ["activations.x.description: must be one line of at most 256 characters."]],
  ["default_instance_name: plant", []],
  [
    'default_instance_name: "plant*"',
    [
      "activations.x.default_instance_name: must be 1 to 256 letters or digits of any script, spaces or any of _ . : / = + @ -.",
    ],
  ],
  ["tags: { Team: plant }", []],
  ['tags: { "aws:x": y }', ['activations.x.tags["aws:x"]: must not begin with aws:, which AWS reserves.']],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(`activations: { x: { ${entry} } }`)).toEqual(rules);
});

test("a role's path and name of 64 characters together are accepted, 65 are not; without activations there is no limit", () => {
  const role = (length: number) => `role: { path: /hybrid/, name: ${"r".repeat(length - "hybrid/".length)} }`;
  expect(told(role(64), ONE)).toEqual([]);
  expect(told(role(65))).toEqual([]);
  expect(told(role(65), ONE)).toEqual([
    `accounts.yaml:6:18  account "a"  activations = "hybrid/${"r".repeat(58)}"`,
    "must result in a role path and name of at most 64 characters together, which is the limit of an activation; this one has 65. [activation_role]",
    "Shorten role.path or role.name. See https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html",
  ]);
});

test("the account's own region must be in trust.regions if that is set, also at plan", () => {
  const precondition = expect.objectContaining({
    condition: expect.stringContaining("? false : contains(local.other_regions, e.region)"),
  });
  const preconditions = (regions: readonly string[]) =>
    at(synthRole({ trust: { regions } }), "resource", "aws_iam_role", "this", "lifecycle", "precondition");
  expect(told("trust: { regions: [eu-west-1, eu-central-1] }", ONE)).toEqual([]);
  expect(told("trust: { regions: [eu-west-1] }")).toEqual([]);
  expect(told("trust: { regions: [eu-west-1] }", ONE)).toEqual([
    'accounts.yaml:6:18  account "a"  activations = "eu-central-1"',
    "must be in a region of trust.regions, because machines cannot use the role otherwise. [activation_region]",
    "Add eu-central-1 to trust.regions, or set a region of that list for each activation.",
  ]);
  expect(preconditions(["eu-west-1"])).toContainEqual(precondition);
  expect(preconditions(["eu-west-1", "eu-central-1"])).not.toContainEqual(precondition);
  expect(preconditions([])).not.toContainEqual(precondition);
});

test("every attribute of an entry replaces its activation, except by_runbook and region", () => {
  const replacing = at(synthRole(), "resource", "terraform_data", "activations", "triggers_replace");
  const attributes = Object.keys(activations.entries.valueType.shape).filter(
    // An activation in another region is another resource.
    (name) => !["by_runbook", "region"].includes(name),
  );
  expect((replacing as string[]).slice(0, -1)).toEqual(attributes.map((name) => `\${each.value.${name}}`));
});

test("an activation must be in a region of the account's partition that the trust allows", () => {
  const inRegion = (region: string) => `activations: { x: { region: ${region} } }`;
  expect(told(inRegion("eu-west-1"))).toEqual([]);
  expect(told("trust: { regions: [eu-west-1] }", inRegion("eu-west-1"))).toEqual([]);
  expect(told("trust: { regions: [eu-central-1] }", inRegion("eu-west-1"))).toEqual([
    'accounts.yaml:6:33  account "a"  activations.x.region = "eu-west-1"',
    "must be in a region of trust.regions, because machines cannot use the role otherwise. [activation_region]",
    "Add eu-west-1 to trust.regions.",
  ]);
  expect(told(inRegion("cn-north-1"))).toEqual([
    'accounts.yaml:5:33  account "a"  activations.x.region = "cn-north-1"',
    "must be a region of the account's partition, aws. [partition]",
    "Specify another region, or remove this one.",
  ]);
});

test("an entry can have the same name as the map", () => {
  const fields = ["trust: { regions: [eu-central-1] }", "activations: { activations: { region: eu-west-1 }, x: {} }"];
  expect(told(...fields)[0]).toBe('accounts.yaml:6:43  account "a"  activations.activations.region = "eu-west-1"');
});

test("a root module has an additional provider for each other region, and none for the account's own region", () => {
  const root = (activations: object) =>
    synthAccount({ activations, deployRoleArn: "arn:aws:iam::111111111111:role/D" } as never);
  const { aws } = at(root({ a: {}, b: { region: "eu-central-1" } }), "provider") as { aws: object[] };
  expect(aws).toHaveLength(1);
  const other = at(root({ a: {}, b: { region: "eu-west-1" }, c: { region: "eu-west-1" } }), "provider") as {
    aws: object[];
  };
  // Except for its region, it equals the account's own provider, so it also refuses the wrong account.
  expect(other.aws).toEqual([aws[0], { ...aws[0], alias: "eu-west-1", region: "eu-west-1" }]);
  const made = at(root({ b: { region: "eu-west-1" } }), "resource", "aws_ssm_activation") as Record<
    string,
    { provider?: string }
  >;
  expect(Object.entries(made).map(([name, { provider }]) => [name, provider])).toEqual([
    ["activations", undefined],
    ["activations_eu-west-1", "aws.eu-west-1"],
  ]);
});

test("a program must pass the provider of another region", () => {
  const activations = { x: { region: "eu-west-1" } };
  expect(errorsIn(() => synthRole({ activations }))).toEqual([
    expect.objectContaining({ field: "s/role: activations.x.region", code: "no_provider" }),
  ]);
  const root = synthRole((stack) => {
    const west = new AwsProvider(stack, "west", { region: "eu-west-1", alias: "west" });
    return { activations, providers: { "eu-west-1": west } };
  });
  expect(at(root, "resource", "aws_ssm_activation", "activations_eu-west-1", "provider")).toBe("aws.west");
});
