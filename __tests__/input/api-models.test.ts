import { z } from "zod";
import { PARTITION_TABLE } from "../../lib/aws/partitions";
import { activations } from "../../lib/features/activations";
import * as rules from "../../lib/input/rules";
import { text } from "../../lib/input/schemas";
import { roleSchema } from "../../lib/role/schema";
import facts from "../facts/botocore.json";
import { QUOTAS } from "../facts/quotas";

type ShapeName = keyof typeof facts.shapes;

interface Shape {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

/** Returns whether the API's model accepts a string: its length in characters, and a pattern for the whole string. */
function apiTakes(name: ShapeName, value: string): boolean {
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern = "[^]*" }: Shape = facts.shapes[name];
  const length = [...value].length;
  // Java's \p{Z} and \w are those of JavaScript with the flag u. Some patterns have anchors, others do not.
  const whole = new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, "").replaceAll("\\-", "\\x2d")})$`, "u");
  return length >= min && length <= max && whole.test(value);
}

const takes = (schema: z.ZodType, value: string) => schema.safeParse(value).success;

/** Returns a schema for the end of an ARN. */
const endOfArn = (arn: string, rule: rules.Rule) => z.string().refine((value) => takes(text(rule), `${arn}${value}`));

/** Characters of each kind that a pattern could distinguish. */
const CHARACTERS = [
  ...Array.from({ length: 0x180 }, (_, code) => String.fromCodePoint(code)),
  ..."日本ßΩЖ\u2003\u2028\u00a0\u200b😀٣",
];

/** Our rules, the shape in the API's model, and the values that only we reject, with the reason. */
const RULES: readonly [name: string, schema: z.ZodType, shape: ShapeName, narrower: RegExp | undefined, why: string][] =
  [
    ["role.name", text(rules.ROLE_NAME), "iam.roleNameType", undefined, ""],
    ["role.description", text(rules.ROLE_DESCRIPTION), "iam.roleDescriptionType", undefined, ""],
    [
      "default_instance_name",
      text(rules.INSTANCE_NAME),
      "ssm.DefaultInstanceName",
      /^$|[^ \p{L}\p{N}_.:/=+@-]/u,
      "empty means not set; of \\p{Z} only the space",
    ],
    [
      "description of an activation",
      text(rules.ACTIVATION_DESCRIPTION),
      "ssm.ActivationDescription",
      /[\n\r\u2028\u2029]/,
      "one line",
    ],
    ["tag value", text(rules.TAG_VALUE), "iam.tagValueType", /[^ \p{L}\p{N}_.:/=+@-]/u, "of \\p{Z} only the space"],
    [
      "tag key",
      text(...rules.TAG_KEY_RULES),
      "iam.tagKeyType",
      /^aws:|[^ \p{L}\p{N}_.:/=+@-]/iu,
      "AWS reserves aws:; of \\p{Z} only the space",
    ],
    [
      "tag of a machine, value",
      text(rules.TAG_VALUE),
      "ssm.TagValue",
      /[^ \p{L}\p{N}_.:/=+@-]/u,
      "of \\p{Z} only the space",
    ],
    ["group", text(rules.GROUP_NAME), "iam.groupNameType", undefined, ""],
    ["user", text(rules.USER_NAME), "iam.userNameType", undefined, ""],
    ["external_id", text(rules.EXTERNAL_ID), "sts.externalIdType", undefined, ""],
    ["session_name", text(rules.SESSION_NAME), "sts.roleSessionNameType", undefined, ""],
    ["source_identity", text(rules.SOURCE_IDENTITY), "sts.sourceIdentityType", undefined, ""],
    [
      "tag of a session, key",
      text(...rules.TAG_KEY_RULES),
      "sts.tagKeyType",
      /^aws:|[^ \p{L}\p{N}_.:/=+@-]/iu,
      "AWS reserves aws:; of \\p{Z} only the space",
    ],
    [
      "tag of a session, value",
      text(rules.TAG_VALUE),
      "sts.tagValueType",
      /[^ \p{L}\p{N}_.:/=+@-]/u,
      "of \\p{Z} only the space",
    ],
    ["name of a policy", text(rules.POLICY_NAME), "iam.policyNameType", undefined, ""],
    ["path", text(...rules.IAM_PATH_RULES), "iam.policyPathType", undefined, ""],
    [
      "policy in an ARN",
      endOfArn("arn:aws:iam::111111111111:policy/", rules.POLICY_ARN).refine((value) => !value.includes("/")),
      "iam.policyNameType",
      undefined,
      "",
    ],
    [
      "log group in an ARN",
      endOfArn("arn:aws:logs:eu-central-1:111111111111:log-group:", rules.LOG_GROUP_ARN),
      "logs.LogGroupName",
      undefined,
      "",
    ],
    ["id", text(rules.ACCOUNT_ID), "organizations.AccountId", undefined, ""],
  ];

describe.each(RULES)("%s against the API's model", (_, schema, shape, narrower) => {
  const { min = 0, max = 1000 }: Shape = facts.shapes[shape];
  const wrapped = (middle: string) => (shape === "iam.policyPathType" ? `/${middle}/` : `a${middle}a`);
  const values = [
    ...CHARACTERS.map(wrapped),
    ...CHARACTERS,
    ...[min - 1, min, min + 1, max - 1, max, max + 1]
      .filter((length) => length >= 0)
      .map((length) => "x".repeat(length)),
    ...[max - 2, max - 1, max].map((length) => `/${"x".repeat(length - 2)}/`),
    ...["aws:name", "AWS:name", "//", "/a//b/", "/a/b/"],
  ];

  test("the API accepts what we accept", () => {
    expect(values.filter((value) => takes(schema, value) && !apiTakes(shape, value))).toEqual([]);
  });

  test("we accept what the API accepts, except for the values in the table", () => {
    const refused = values.filter((value) => !takes(schema, value) && apiTakes(shape, value));
    expect(refused.filter((value) => !narrower?.test(value))).toEqual([]);
  });
});

test("Halle-Süd 3 is a valid name for machines", () => {
  expect(takes(text(rules.INSTANCE_NAME), "Halle-Süd 3")).toBe(true);
});

test("the quota of policies per role has IAM's limits", () => {
  const quota = roleSchema.shape.managed_policy_quota;
  const [least, most] = QUOTAS.policiesPerRole as [number, number];
  expect([least - 1, least, most, most + 1].map((value) => quota.safeParse(value).success)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("numbers have the API's limits", () => {
  const session = roleSchema.shape.max_session_duration;
  const { min, max } = facts.shapes["iam.roleMaxSessionDurationType"];
  const limit = activations.entries.valueType.shape.registration_limit;
  const registrations = facts.shapes["ssm.RegistrationLimit"];
  const ends = [registrations.min - 1, registrations.min, registrations.max, registrations.max + 1];
  expect(ends.map((value) => limit.safeParse(value).success)).toEqual([false, true, true, false]);
  expect([min - 1, min, max, max + 1].map((value) => session.safeParse(value).success)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("partitions, their regions and suffixes are those of botocore", () => {
  expect(Object.keys(PARTITION_TABLE).sort()).toEqual(Object.keys(facts.partitions).sort());
  for (const [name, { dnsSuffix, ssmRegions, regionRegex }] of Object.entries(facts.partitions)) {
    const ours = PARTITION_TABLE[name as keyof typeof PARTITION_TABLE];
    expect([name, [...ours.regions].sort()]).toEqual([name, ssmRegions]);
    expect(ours.dnsSuffixes).toContain(dnsSuffix);
    expect(ours.regions.filter((region) => !new RegExp(regionRegex).test(region))).toEqual([]);
  }
});
