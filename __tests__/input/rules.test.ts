import { z } from "zod";
import {
  ACCOUNT_ID,
  ACCOUNT_NAME,
  ACTIVATION_DESCRIPTION,
  BUCKET_RULES,
  EXPIRATION_DATE,
  EXTERNAL_ID,
  GROUP_NAME,
  IAM_PATH_RULES,
  INSTANCE_NAME,
  KMS_KEY_ARN,
  knownRegion,
  LABEL,
  LOG_GROUP_ARN,
  NOT_DEPRECATED_POLICY,
  NOT_RESERVED_ROLE,
  names,
  POLICY_ARN,
  PREFIX_RULES,
  patternSource,
  REGION,
  ROLE_ARN,
  ROLE_DESCRIPTION,
  ROLE_NAME,
  SERVICE_PRINCIPAL,
  TAG_KEY_RULES,
  TAG_VALUE,
  tags,
  text,
  USER_NAME,
  wholeNumber,
} from "../../lib/input/rules";

/** What a schema says of a value: one sentence for each rule that it breaks. */
function says(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

const x = (length: number) => "x".repeat(length);

describe.each([
  {
    what: "an account id",
    schema: text(ACCOUNT_ID),
    good: ["111111111111", "012345678901"],
    bad: ["", "11111111111", "1111111111111", "1111-1111-1111", "11111111111a", "111111111111\n"],
    rule: ACCOUNT_ID.says,
  },
  {
    what: "an account name",
    schema: text(ACCOUNT_NAME),
    good: ["a", "1", "factory-eu", "A_b-9", x(64)],
    bad: ["", x(65), "-a", "_a", "a b", "a.b", "a/b", "..", "a\n", "ä"],
    rule: ACCOUNT_NAME.says,
  },
  {
    what: "a label",
    schema: text(LABEL),
    good: ["a", "run-command", "a.b_c", x(64)],
    bad: ["", x(65), ".a", "-a", "a b", "a/b", 'a"b', "*"],
    rule: LABEL.says,
  },
  {
    what: "a role name",
    schema: text(ROLE_NAME),
    good: ["a", x(64), "A0+=,.@_-"],
    bad: ["", x(65), "a b", "a/b", "a:b", "ä", "a\n"],
    rule: "must be 1 to 64 letters, digits or any of + = , . @ _ -",
  },
  {
    what: "an IAM path",
    schema: text(...IAM_PATH_RULES),
    good: ["/", "/hybrid/", "/a/b.c,d+e@f=g_h-i/", `/${x(510)}/`],
    bad: ["", "hybrid/", "/hybrid", "//", "/a//b/", "/a b/", "/a*/"],
    rule: "must begin and end with / and hold letters, digits, / or any of . , + @ = _ -",
  },
  {
    what: "an IAM path's length",
    schema: text(...IAM_PATH_RULES),
    good: [`/${x(510)}/`],
    bad: [`/${x(511)}/`],
    rule: "must be at most 512 characters",
  },
  {
    what: "a role description",
    schema: text(ROLE_DESCRIPTION),
    good: ["", x(1000), "line\nline\ttab", "Größe ÿ ¡"],
    bad: [x(1001), "日本", "a\u0000", "a\u00a0b"],
    rule: "must be at most 1,000 printable characters of Latin-1",
  },
  {
    what: "a role ARN",
    schema: text(ROLE_ARN),
    good: [
      "arn:aws:iam::111111111111:role/Deploy",
      "arn:aws-cn:iam::111111111111:role/a/b/Deploy",
      `arn:aws-us-gov:iam::111111111111:role/${x(64)}`,
    ],
    bad: [
      "Deploy",
      "arn:aws:iam::111111111111:role/",
      "arn:aws:iam::11111111111:role/Deploy",
      "arn:aws:iam::111111111111:user/Deploy",
      "arn:aws-iso:iam::111111111111:role/Deploy",
      "arn:aws:sts::111111111111:assumed-role/Deploy/me",
      `arn:aws:iam::111111111111:role/${x(65)}`,
      "arn:aws:iam::*:role/Deploy",
    ],
    rule: "must be the ARN of an IAM role",
  },
  {
    what: "a policy ARN",
    schema: text(POLICY_ARN),
    good: [
      "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
      "arn:aws:iam::aws:policy/service-role/Other",
      `arn:aws-cn:iam::111111111111:policy/a/${x(128)}`,
    ],
    bad: [
      "CloudWatchAgentServerPolicy",
      "arn:aws:iam::111111111111:role/a",
      "arn:aws:iam::1111:policy/a",
      "arn:aws-iso-b:iam::aws:policy/a",
      `arn:aws:iam::aws:policy/${x(129)}`,
      "arn:aws:iam::aws:policy/a*",
      "arn:aws:iam::aws:policy/a\n",
    ],
    rule: "must be the ARN of a managed IAM policy",
  },
  {
    what: "a policy that is not deprecated",
    schema: text(NOT_DEPRECATED_POLICY),
    good: [
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      "arn:aws:iam::111111111111:policy/AmazonEC2RoleforSSM",
      "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM2",
    ],
    bad: ["arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"],
    rule: "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it opens every S3 bucket that the account can reach",
  },
  {
    what: "a KMS key ARN",
    schema: text(KMS_KEY_ARN),
    good: [
      "arn:aws:kms:eu-central-1:111111111111:key/11111111-1111-1111-1111-111111111111",
      "arn:aws:kms:eu-central-1:111111111111:key/mrk-11111111111111111111111111111111",
    ],
    bad: [
      "arn:aws:kms:eu-central-1:111111111111:alias/mine",
      "arn:aws:kms:eu-central-1:111111111111:key/*",
      "arn:aws:kms:eu-central-1:111111111111:key/",
      "11111111-1111-1111-1111-111111111111",
    ],
    rule: "must be the ARN of a KMS key (IAM does not resolve an alias)",
  },
  {
    what: "a group's name",
    schema: text(GROUP_NAME),
    good: ["a", x(128), "A0+=,.@_-"],
    bad: ["", x(129), "a b", "a/b", "arn:aws:iam::111111111111:group/a", "a\n"],
    rule: "must be the name of an IAM group, without path: 1 to 128 letters, digits or any of + = , . @ _ -",
  },
  {
    what: "a user's name",
    schema: text(USER_NAME),
    good: ["a", x(64), "A0+=,.@_-"],
    bad: ["", x(65), "a b", "a/b", "arn:aws:iam::111111111111:user/a", "a\n"],
    rule: "must be the name of an IAM user, without path: 1 to 64 letters, digits or any of + = , . @ _ -",
  },
  {
    what: "a role that AWS does not manage",
    schema: text(NOT_RESERVED_ROLE),
    good: ["Operators", "MyAWSReservedSSO_a", "AWSReservedSSO", "AWSServiceRole"],
    bad: ["AWSReservedSSO_Operators_0123456789abcdef", "AWSServiceRoleForAmazonSSM"],
    rule: "must not be a role that AWS manages: nothing can be attached to it",
  },
  {
    what: "a log group's ARN",
    schema: text(LOG_GROUP_ARN),
    good: [
      "arn:aws:logs:eu-central-1:111111111111:log-group:a",
      "arn:aws-cn:logs:cn-north-1:111111111111:log-group:/Az09_-.#/b",
      `arn:aws-us-gov:logs:us-gov-west-1:111111111111:log-group:${x(512)}`,
    ],
    bad: [
      "/ssm/sessions",
      "arn:aws:logs:eu-central-1:111111111111:log-group:",
      "arn:aws:logs:eu-central-1:111111111111:log-group:a:*",
      "arn:aws:logs:eu-central-1:111111111111:log-group:*",
      "arn:aws:logs:*:111111111111:log-group:a",
      "arn:aws:logs:eu-central-1:11111111111:log-group:a",
      "arn:aws-iso:logs:us-iso-east-1:111111111111:log-group:a",
      "arn:aws:s3:eu-central-1:111111111111:log-group:a",
      `arn:aws:logs:eu-central-1:111111111111:log-group:${x(513)}`,
    ],
    rule: "must be the ARN of a group of CloudWatch Logs, without :* at its end",
  },
  {
    what: "an activation's expiry",
    schema: text(EXPIRATION_DATE),
    good: ["2026-01-01T00:00:00Z", "2099-12-31T23:59:59Z"],
    bad: [
      "",
      "2026-12-24",
      "2026-12-24T18:00Z",
      "2026-12-24T18:00:00",
      "2026-12-24 18:00:00Z",
      "2026-00-24T18:00:00Z",
      "2026-13-24T18:00:00Z",
      "2026-12-00T18:00:00Z",
      "2026-12-32T18:00:00Z",
      "2026-12-24T24:00:00Z",
      "2026-12-24T18:60:00Z",
      "2026-12-24T18:00:60Z",
      "2026-12-24T18:00:00.5Z",
      "2026-12-24T18:00:00z",
      "2026-12-24T18:00:00+00:00",
    ],
    rule: "must be a date and time of RFC 3339 in UTC, ending in Z",
  },
  {
    what: "an activation's description",
    schema: text(ACTIVATION_DESCRIPTION),
    good: ["", x(256), "Größe 日本"],
    bad: [x(257), "a\nb"],
    rule: "must be one line of at most 256 characters",
  },
  {
    what: "a machine's default name",
    schema: text(INSTANCE_NAME),
    good: ["a", x(256), "A0 _.:/=+@-"],
    bad: ["", x(257), "a*", "a,b", "ä", "a\n"],
    rule: "must be 1 to 256 letters, digits, spaces or any of _ . : / = + @ -",
  },
  {
    what: "a bucket name's characters",
    schema: text(...BUCKET_RULES),
    good: ["abc", "a-b.c-d", "1bucket", x(63)],
    bad: ["Abc", "a_b", "a..b", ".abc", "abc.", "-abc", "abc-", "a.-b", "s3://abc", "arn:aws:s3:::abc", "ab*", "abc/"],
    rule: "must be an S3 bucket name: lowercase letters, digits, single dots and hyphens, a letter or digit at both ends",
  },
  {
    what: "a bucket name's length",
    schema: text(...BUCKET_RULES),
    good: ["abc", x(63)],
    bad: ["ab", x(64)],
    rule: "must be 3 to 63 characters long",
  },
  {
    what: "a bucket name that is no IP address",
    schema: text(...BUCKET_RULES),
    good: ["192.168.1", "192.168.1.1.1", "192.168.1.a"],
    bad: ["192.168.1.1"],
    rule: "must not look like an IP address",
  },
  {
    what: "a prefix",
    schema: text(...PREFIX_RULES),
    good: ["a", "run-command/output", "a.b/c!d", "..a", "a.."],
    bad: ["", "/a", "a/", "a//b", "a*", "a?", "a b", "a/*", "a\\b", "${aws:userid}"],
    rule: "must be a key prefix without / at either end, without wildcards or spaces",
  },
  {
    what: "a prefix's folders",
    schema: text(...PREFIX_RULES),
    good: ["..a/b", "a/b..", "a/...", ".a"],
    bad: ["..", ".", "../a", "a/../b", "a/.", "./a"],
    rule: "must not hold . or .. as a folder",
  },
  {
    what: "an external id",
    schema: text(EXTERNAL_ID),
    good: ["ab", x(1224), "A0+=,.@:/_-"],
    bad: ["a", x(1225), "a b", "a*"],
    rule: "must be 2 to 1,224 letters, digits or any of + = , . @ : / _ -",
  },
  {
    what: "a service principal",
    schema: text(SERVICE_PRINCIPAL),
    good: ["ssm.amazonaws.com", "ssm.amazonaws.com.cn", "ssm.eu-central-1.amazonaws.com"],
    bad: ["", "ec2.amazonaws.com", "*", "ssm.amazonaws.com.evil.org", "ssmxamazonaws.com"],
    rule: "must be a service principal of Systems Manager",
  },
  {
    what: "a tag's key",
    schema: text(...TAG_KEY_RULES),
    good: ["a", x(128), "Cost Center_.:/=+-@", "Größe", "日本", "xaws:a"],
    bad: ["", x(129), "a*", "a;b", "a\tb"],
    rule: "must be 1 to 128 letters, digits, spaces or any of _ . : / = + - @",
  },
  {
    what: "a tag's key that is not AWS's",
    schema: text(...TAG_KEY_RULES),
    good: ["aws", "awsx:a"],
    bad: ["aws:a", "AWS:a", "Aws:a"],
    rule: "must not begin with aws:, which AWS keeps for itself",
  },
  {
    what: "a tag's value",
    schema: text(TAG_VALUE),
    good: ["", x(256), "a b_.:/=+-@", "日本"],
    bad: [x(257), "a*", "a\nb"],
    rule: "must be at most 256 letters, digits, spaces or any of _ . : / = + - @",
  },
  {
    what: "a region",
    schema: knownRegion(),
    good: ["eu-central-1", "cn-north-1", "us-gov-west-1", "ap-southeast-7"],
    bad: ["", "eu-central-9", "EU-CENTRAL-1", "us-iso-east-1", "global", "eu-central-1a"],
    rule: "must be an AWS region of the partitions aws, aws-cn or aws-us-gov",
  },
])("$what", ({ schema, good, bad, rule }) => {
  test.each(good)("may be %j", (value) => {
    expect(says(schema, value)).toEqual([]);
  });
  test.each(bad)("must not be %j", (value) => {
    expect(says(schema, value)).toContain(rule);
  });
});

test("a number is taken from the least to the greatest", () => {
  const schema = wholeNumber("max_session_duration", 3600, 43200);
  const rule = "must be a whole number from 3600 to 43200";
  expect([3599, 3600, 43200, 43201].map((value) => says(schema, value))).toEqual([[rule], [], [], [rule]]);
  expect(says(schema, 3600.5)).toHaveLength(1);
});

test("50 tags are taken, 51 are not", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
  expect(says(tags(), many(50))).toEqual([]);
  expect(says(tags(), many(51))).toEqual(["must be at most 50 tags"]);
});

test("names are each there once, and each obeys its rules; none is a name as well", () => {
  expect(names(ROLE_NAME).parse(undefined)).toEqual([]);
  expect(says(names(ROLE_NAME), ["a", "b", "c"])).toEqual([]);
  expect(says(names(ROLE_NAME), ["a", "b", "A"])).toEqual(["must name nobody twice"]);
  expect(says(names(ROLE_NAME, NOT_RESERVED_ROLE), ["AWSServiceRoleForAmazonSSM", "a b", "c"])).toEqual([
    NOT_RESERVED_ROLE.says,
    ROLE_NAME.says,
  ]);
});

test("the form of a region that Terraform checks takes a region that AWS has yet to open", () => {
  expect(REGION.pattern.test("xx-nowhere-12")).toBe(true);
  expect(REGION.pattern.test("us-gov-west-1")).toBe(true);
  expect(REGION.pattern.test("eu-central-*")).toBe(false);
});

test("a pattern is written without JavaScript's escaped slashes", () => {
  expect(patternSource(NOT_DEPRECATED_POLICY.pattern)).toBe(":policy/service-role/AmazonEC2RoleforSSM$");
});

test("an editor lets a placeholder stand in a pattern", () => {
  const { pattern } = z.toJSONSchema(text(ROLE_NAME)) as { pattern: string };
  expect(pattern).toBe("^[A-Za-z0-9+=,.@_-]{1,64}$|\\{(account_id|account_name|region|partition)\\}");
});
