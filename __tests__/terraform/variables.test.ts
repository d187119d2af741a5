import { z } from "zod";
import { FEATURES } from "../../lib/features/features";
import { POLICY_ARN, type Rule } from "../../lib/input/rules";
import { text, wholeNumber } from "../../lib/input/schemas";
import { terraformType, variableValidations } from "../../lib/terraform/variables";

const SHORT: Rule = {
  code: "short",
  pattern: /^[a-z"/]{1,3}$/,
  says: 'must be short, "${x}" is not',
  fix: "Shorten it.",
};
const NO_X: Rule = { code: "no_x", pattern: /x/, forbids: true, says: "must not hold x", fix: "Leave it out." };

const entriesOf = (name: string) => FEATURES.find((feature) => feature.name === name)?.entries as z.ZodRecord;

test.each([
  ["directory_service", "map(object({ policy_arn = string }))"],
  ["cloudwatch_agent", "map(object({ policy_arn = string }))"],
  [
    "s3_managed_buckets",
    "map(object({ legacy_agent = optional(bool, false), patch_manager_bucket = optional(string) }))",
  ],
  [
    "s3_buckets",
    "map(object({ bucket = string, prefix = string, purpose = string, " +
      "put_object_acl = optional(bool, false), kms_key_arn = optional(string) }))",
  ],
  ["log_groups", "map(object({ log_group_arn = string, purpose = string, kms_key_arn = optional(string) }))"],
  ["policies", "map(object({ policy_arn = string }))"],
  [
    "user_access",
    "map(object({ level = string, groups = optional(list(string), []), roles = optional(list(string), []), " +
      "users = optional(list(string), []), node_tags = optional(map(string)), kms_key_arn = optional(string), " +
      "name = optional(string), path = optional(string) }))",
  ],
  [
    "activations",
    "map(object({ registration_limit = optional(number, 1), expiration_date = optional(string), " +
      "expires_in_days = optional(number), description = optional(string), default_instance_name = optional(string), " +
      "tags = optional(map(string), {}), region = optional(string), by_runbook = bool }))",
  ],
] as const)("the type of %s", (name, type) => {
  expect(terraformType(entriesOf(name))).toBe(type);
});

test.each([
  ["a string", z.string(), "string"],
  ["a string with a default", z.string().default('a"${b}'), 'optional(string, "a\\"$${b}")'],
  ["a number", z.number(), "number"],
  ["a choice", z.enum(["a", "b"]), "string"],
  ["a list", z.array(z.string()).default([]), "optional(list(string), [])"],
  ["tags", z.record(z.string(), z.string()), "map(string)"],
  ["an entry without settings", z.strictObject({}), "object({})"],
  ["a number with a rule", wholeNumber("n", 1, 3).optional(), "optional(number)"],
])("the type of %s", (_, schema, type) => {
  expect(terraformType(schema)).toBe(type);
});

test("each rule is one validation, which lists the invalid entries", () => {
  const schema = z.record(
    text(NO_X),
    z.strictObject({ name: text(SHORT), size: wholeNumber("size", 1, 3).optional() }),
  );
  expect(variableValidations("things", schema)).toEqual([
    {
      condition: '${alltrue([for k in keys(var.things) : !can(regex("x", k))])}',
      error_message:
        '${join("\\n", [for k in keys(var.things) : "things[${jsonencode(k)}] must not hold x." if !(!can(regex("x", k)))])}',
    },
    {
      condition: '${alltrue([for k, e in var.things : can(regex("^[a-z\\"/]{1,3}$", e.name))])}',
      error_message:
        '${join("\\n", [for k, e in var.things : "things[${jsonencode(k)}].name = ${jsonencode(e.name)} ' +
        'must be short, \\"$${x}\\" is not." if !(can(regex("^[a-z\\"/]{1,3}$", e.name)))])}',
    },
    {
      condition:
        "${alltrue([for k, e in var.things : (e.size == null || try(e.size >= 1 && e.size <= 3 && floor(e.size) == e.size, false))])}",
      error_message:
        '${join("\\n", [for k, e in var.things : "things[${jsonencode(k)}].size = ${jsonencode(e.size)} must be a whole number ' +
        'from 1 to 3." if !((e.size == null || try(e.size >= 1 && e.size <= 3 && floor(e.size) == e.size, false)))])}',
    },
  ]);
});

test("an enum and a rule across fields are validations too", () => {
  const entry = z.strictObject({ kind: z.enum(["a", "b"]), on: z.boolean() }).refine(({ on }) => on, {
    error: "must be on",
    params: { code: "on", fix: "Turn it on.", terraform: (e: string) => `${e}.on` },
  });
  expect(variableValidations("v", z.record(z.string(), entry)).map(({ condition }) => condition)).toEqual([
    '${alltrue([for k, e in var.v : contains(["a","b"], e.kind)])}',
    "${alltrue([for k, e in var.v : e.on])}",
  ]);
});

test("a list, an object and a single value have validations too", () => {
  expect(variableValidations("v", z.strictObject({ names: z.array(text(SHORT)) }))).toEqual([
    {
      condition: '${alltrue([for item in var.v.names : can(regex("^[a-z\\"/]{1,3}$", item))])}',
      error_message: 'v.names = ${jsonencode(var.v.names)} must be short, \\"$${x}\\" is not.',
    },
  ]);
  expect(variableValidations("v", text(NO_X).optional())).toEqual([
    {
      condition: '${(var.v == null || try(!can(regex("x", var.v)), false))}',
      error_message: "v = ${jsonencode(var.v)} must not hold x.",
    },
  ]);
});

test("the keys and the values of a map within an entry have validations too", () => {
  const entry = z.strictObject({ tags: z.record(text(NO_X), text(SHORT)).default({}) });
  expect(variableValidations("v", z.record(z.string(), entry))).toEqual([
    {
      condition: '${alltrue([for k, e in var.v : alltrue([for item in keys(e.tags) : !can(regex("x", item))])])}',
      error_message:
        '${join("\\n", [for k, e in var.v : "v[${jsonencode(k)}].tags = ${jsonencode(e.tags)} must not hold x." ' +
        'if !(alltrue([for item in keys(e.tags) : !can(regex("x", item))]))])}',
    },
    {
      condition:
        '${alltrue([for k, e in var.v : alltrue([for item in values(e.tags) : can(regex("^[a-z\\"/]{1,3}$", item))])])}',
      error_message:
        '${join("\\n", [for k, e in var.v : "v[${jsonencode(k)}].tags = ${jsonencode(e.tags)} must be short, ' +
        '\\"$${x}\\" is not." if !(alltrue([for item in values(e.tags) : can(regex("^[a-z\\"/]{1,3}$", item))]))])}',
    },
  ]);
});

test("every rule of every feature reaches Terraform", () => {
  const count = FEATURES.map(({ name, entries }) => [name, variableValidations(name, entries).length]);
  expect(Object.fromEntries(count)).toEqual({
    directory_service: 3,
    cloudwatch_agent: 3,
    s3_managed_buckets: 5,
    s3_buckets: 10,
    log_groups: 5,
    policies: 3,
    user_access: 21,
    activations: 14,
    instance_tier: 2,
  });
});

test("a rule has the same text in the file and in Terraform", () => {
  const [, ofArn] = variableValidations("policies", entriesOf("policies"));
  expect(ofArn?.error_message).toContain(`${POLICY_ARN.says}.`);
});
