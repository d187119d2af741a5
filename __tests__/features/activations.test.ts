import { activations } from "../../lib/features/activations";
import { at, faultsOf, oneAccount, synthRole } from "../support";

/** The faults of one entry, `x`, as `field: rule`. */
const rulesOf = (entry: string) =>
  faultsOf(oneAccount(`activations: { x: { ${entry} } }`)).map(({ field, rule }) => `${field}: ${rule}`);

test("an entry lets one machine register, for as long as AWS has it, by default", () => {
  expect(activations.entries.parse({ x: {} })).toEqual({
    x: { registration_limit: 1, tags: {}, by_runbook: false },
  });
});

test.each([
  ["", []],
  ["registration_limit: 1", []],
  ["registration_limit: 1000", []],
  ["registration_limit: 0", ["activations.x.registration_limit: must be a whole number from 1 to 1000."]],
  ["registration_limit: 1001", ["activations.x.registration_limit: must be a whole number from 1 to 1000."]],
  ["registration_limit: 1.5", ["activations.x.registration_limit: must be a whole number from 1 to 1000."]],
  ["expires_in_days: 1", []],
  ["expires_in_days: 30", []],
  ["expires_in_days: 0", ["activations.x.expires_in_days: must be a whole number from 1 to 30."]],
  ["expires_in_days: 31", ["activations.x.expires_in_days: must be a whole number from 1 to 30."]],
  ['expiration_date: "2026-12-24T18:00:00Z"', []],
  ['expiration_date: "2028-02-29T18:00:00Z"', []],
  ['expiration_date: "2026-02-29T18:00:00Z"', ["activations.x.expiration_date: must be a day of the calendar."]],
  [
    'expiration_date: "2026-12-24T18:00:00+01:00"',
    ["activations.x.expiration_date: must be a date and time of RFC 3339 in UTC, ending in Z."],
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
    ["activations.x.default_instance_name: must be 1 to 256 letters, digits, spaces or any of _ . : / = + @ -."],
  ],
  ["tags: { Team: plant }", []],
  ['tags: { "aws:x": y }', ['activations.x.tags["aws:x"]: must not begin with aws:, which AWS keeps for itself.']],
])("an entry with %s", (entry, rules) => {
  expect(rulesOf(entry)).toEqual(rules);
});

test("a role's path and name of 64 characters together are taken, of 65 not; without activations nobody asks", () => {
  const role = (length: number) => `role: { path: /hybrid/, name: ${"r".repeat(length - "hybrid/".length)} }`;
  const one = "activations: { x: {} }";
  expect(faultsOf(oneAccount(role(64), one))).toEqual([]);
  expect(faultsOf(oneAccount(role(65)))).toEqual([]);
  expect(faultsOf(oneAccount(role(65), one))).toEqual([
    {
      file: "accounts.yaml",
      line: 6,
      column: 18,
      account: "a",
      field: "activations",
      code: "activation_role",
      value: `hybrid/${"r".repeat(58)}`,
      rule: "must make a role's path and name of at most 64 characters together, which is all that an activation takes; this makes 65.",
      fix: "Shorten role.path or role.name.",
      page: "https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html",
    },
  ]);
});

test("what a pipeline adds by -var-file is held to the trusted regions, too", () => {
  const told = (regions: readonly string[]) =>
    JSON.stringify(at(synthRole({ trust: { regions } }), "resource", "aws_iam_role", "this", "lifecycle"));
  const rule = "activations: must be made in a region that trust.regions lists, or no machine could use the role.";
  expect(told(["eu-west-1"])).toContain(rule);
  expect(told(["eu-west-1", "eu-central-1"])).not.toContain(rule);
  expect(told([])).not.toContain(rule);
});

test("the account's own region is one that the trust names, where it names any", () => {
  const one = "activations: { x: {} }";
  expect(faultsOf(oneAccount("trust: { regions: [eu-west-1, eu-central-1] }", one))).toEqual([]);
  expect(faultsOf(oneAccount("trust: { regions: [eu-west-1] }"))).toEqual([]);
  expect(faultsOf(oneAccount("trust: { regions: [eu-west-1] }", one))).toEqual([
    expect.objectContaining({
      line: 6,
      field: "activations",
      code: "activation_region",
      value: "eu-central-1",
      rule: "must be made in a region that trust.regions lists, or no machine could use the role.",
      fix: "Add eu-central-1 to trust.regions: activations are made in the account's own region.",
    }),
  ]);
});

test("Terraform makes an activation for each entry, with the role's path before its name", () => {
  const root = synthRole();
  expect(at(root, "resource", "aws_ssm_activation", "activations")).toMatchObject({
    for_each: "${{ for k, e in var.activations : k => e if !e.by_runbook }}",
    iam_role: '${trimprefix("${aws_iam_role.this.path}${aws_iam_role.this.name}", "/")}',
    name: "${each.value.default_instance_name}",
    description: "${each.value.description}",
    registration_limit: "${each.value.registration_limit}",
    tags: "${each.value.tags}",
    lifecycle: { replace_triggered_by: ["terraform_data.activations[each.key]"] },
  });
});

test("the moment in which an entry is made is remembered until the entry changes", () => {
  const { input, lifecycle, triggers_replace } = at(synthRole(), "resource", "terraform_data", "activations") as {
    [name: string]: unknown;
    triggers_replace: string[];
  };
  expect({ input, lifecycle }).toEqual({ input: "${plantimestamp()}", lifecycle: { ignore_changes: ["input"] } });
  // What makes the provider replace an activation.
  expect(triggers_replace).toEqual([
    ...Object.keys(activations.entries.valueType.shape)
      .filter((name) => name !== "by_runbook")
      .map((name) => `\${each.value.${name}}`),
    '${trimprefix("${local.path}${local.role_name}", "/")}',
  ]);
});

test("a plan refuses what the file's reader refuses, in the same words, and an expiry out of reach", () => {
  const { precondition } = at(synthRole(), "resource", "aws_ssm_activation", "activations", "lifecycle") as {
    precondition: { error_message: string }[];
  };
  expect(precondition.map(({ error_message }) => error_message)).toEqual([
    "activations: must make a role's path and name of at most 64 characters together, which is all that an activation takes.",
    "activations[${jsonencode(each.key)}].expiration_date = ${jsonencode(each.value.expiration_date)} must expire in the future, at most 30 days after it is made.",
  ]);
});
