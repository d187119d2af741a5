import type { z } from "zod";
import { KNOWN_REGIONS } from "../../lib/aws/partitions";
import * as rules from "../../lib/input/rules";
import { knownRegion, text } from "../../lib/input/schemas";

/** Returns a schema's messages for a value: one for each rule that it violates. */
function says(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

const x = (length: number) => "x".repeat(length);
const iam = (name: string) => `arn:aws:iam::111111111111:${name}`;
const kms = (name: string) => `arn:aws:kms:eu-central-1:111111111111:${name}`;
const logs = (name: string) => `arn:aws:logs:eu-central-1:111111111111:log-group:${name}`;

/** Tests values that follow a schema's rule, and values that violate it: both sides of each boundary. */
function obeys(schema: z.ZodType, rule: string, values: { good: readonly string[]; bad: readonly string[] }): void {
  test(rule, () => {
    expect(values.good.filter((value) => says(schema, value).length > 0)).toEqual([]);
    expect(values.bad.filter((value) => !says(schema, value).includes(rule))).toEqual([]);
  });
}

obeys(text(rules.ACCOUNT_ID), "must be the 12 digits of an AWS account id", {
  good: ["111111111111", "012345678901"],
  bad: ["", "11111111111", "1111111111111", "1111-1111-1111", "11111111111a", "111111111111\n"],
});
obeys(
  text(...rules.ACCOUNT_NAME_RULES),
  "must be 1 to 64 letters, digits or any of - _, beginning with a letter or digit: it is the name of a folder, a stack and a state",
  {
    good: ["a", "1", "factory-eu", "A_b-9", x(64)],
    bad: ["", x(65), "-a", "_a", "a b", "a.b", "a/b", "..", "a\n", "ä"],
  },
);
obeys(
  text(rules.LABEL),
  "must be 1 to 64 letters, digits or any of . - _, beginning with a letter or digit: it is the entry's key in Terraform",
  {
    good: ["a", "run-command", "a.b_c", x(64)],
    bad: ["", x(65), ".a", "-a", "a b", "a/b", 'a"b', "*"],
  },
);
obeys(text(rules.ROLE_NAME), "must be 1 to 64 letters, digits or any of + = , . @ _ -", {
  good: ["a", x(64), "A0+=,.@_-"],
  bad: ["", x(65), "a b", "a/b", "a:b", "ä", "a\n"],
});
obeys(
  text(...rules.IAM_PATH_RULES),
  "must begin and end with / and contain letters, digits, / or any of . , + @ = _ -",
  {
    good: ["/", "/hybrid/", "/a/b.c,d+e@f=g_h-i/", `/${x(510)}/`],
    bad: ["", "hybrid/", "/hybrid", "//", "/a//b/", "/a b/", "/a*/"],
  },
);
obeys(text(...rules.IAM_PATH_RULES), "must be at most 512 characters long", {
  good: [`/${x(510)}/`],
  bad: [`/${x(511)}/`],
});
obeys(text(rules.ROLE_DESCRIPTION), "must be at most 1,000 printable Latin-1 characters", {
  good: ["", x(1000), "line\nline\ttab", "Größe ÿ ¡"],
  bad: [x(1001), "日本", "a\u0000", "a\u00a0b"],
});
obeys(text(rules.ROLE_ARN), "must be the ARN of an IAM role", {
  good: [
    iam("role/Deploy"),
    "arn:aws-cn:iam::111111111111:role/a/b/Deploy",
    `arn:aws-us-gov:iam::111111111111:role/${x(64)}`,
  ],
  bad: [
    ...["Deploy", iam("role/"), iam("user/Deploy"), iam(`role/${x(65)}`), "arn:aws:iam::*:role/Deploy"],
    ...["arn:aws:iam::11111111111:role/Deploy", "arn:aws-isp:iam::111111111111:role/Deploy"],
    "arn:aws:sts::111111111111:assumed-role/Deploy/me",
  ],
});
obeys(text(rules.POLICY_ARN), "must be the ARN of a managed IAM policy", {
  good: [
    ...["arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy", "arn:aws:iam::aws:policy/service-role/Other"],
    `arn:aws-cn:iam::111111111111:policy/a/${x(128)}`,
  ],
  bad: [
    ...["CloudWatchAgentServerPolicy", iam("role/a"), "arn:aws:iam::1111:policy/a", "arn:aws-iso-x:iam::aws:policy/a"],
    ...[`arn:aws:iam::aws:policy/${x(129)}`, "arn:aws:iam::aws:policy/a*", "arn:aws:iam::aws:policy/a\n"],
  ],
});
obeys(
  text(rules.NOT_DEPRECATED_POLICY),
  "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it grants access to every S3 bucket that the account can access",
  {
    good: [
      ...["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", iam("policy/AmazonEC2RoleforSSM")],
      "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM2",
    ],
    bad: ["arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"],
  },
);
obeys(text(rules.KMS_KEY_ARN), "must be the ARN of a KMS key (IAM does not resolve an alias)", {
  good: [kms("key/11111111-1111-1111-1111-111111111111"), kms("key/mrk-11111111111111111111111111111111")],
  bad: [kms("alias/mine"), kms("key/*"), kms("key/"), "11111111-1111-1111-1111-111111111111"],
});
for (const [what, rule, longest] of [
  ["group", rules.GROUP_NAME, 128],
  ["user", rules.USER_NAME, 64],
] as const) {
  const length = `1 to ${longest} letters, digits or any of + = , . @ _ -`;
  obeys(text(rule), `must be the name of an IAM ${what}, without path: ${length}`, {
    good: ["a", x(longest), "A0+=,.@_-"],
    bad: ["", x(longest + 1), "a b", "a/b", iam(`${what}/a`), "a\n"],
  });
}
obeys(text(rules.NOT_RESERVED_ROLE), "must not be a role that AWS manages: no policy can be attached to it", {
  good: ["Operators", "MyAWSReservedSSO_a", "AWSReservedSSO", "AWSServiceRole"],
  bad: ["AWSReservedSSO_Operators_0123456789abcdef", "AWSServiceRoleForAmazonSSM"],
});
obeys(text(rules.LOG_GROUP_ARN), "must be the ARN of a CloudWatch Logs log group, without :* at the end", {
  good: [
    ...[logs("a"), "arn:aws-cn:logs:cn-north-1:111111111111:log-group:/Az09_-.#/b"],
    `arn:aws-us-gov:logs:us-gov-west-1:111111111111:log-group:${x(512)}`,
  ],
  bad: [
    ...["/ssm/sessions", logs(""), logs("a:*"), logs("*"), logs(x(513)), logs("a").replace("eu-central-1", "*")],
    ...[logs("a").replace("1111:", "111:"), logs("a").replace("logs", "s3"), logs("a").replace("aws", "aws-isp")],
  ],
});
obeys(text(rules.EXPIRATION_DATE), "must be an RFC 3339 date and time in UTC, ending in Z", {
  good: ["2026-01-01T00:00:00Z", "2099-12-31T23:59:59Z"],
  bad: [
    ...["", "2026-12-24", "2026-12-24T18:00Z", "2026-12-24T18:00:00", "2026-12-24 18:00:00Z"],
    ...["2026-00-24T18:00:00Z", "2026-13-24T18:00:00Z", "2026-12-00T18:00:00Z", "2026-12-32T18:00:00Z"],
    ...["2026-12-24T24:00:00Z", "2026-12-24T18:60:00Z", "2026-12-24T18:00:60Z"],
    ...["2026-12-24T18:00:00.5Z", "2026-12-24T18:00:00z", "2026-12-24T18:00:00+00:00"],
  ],
});
obeys(text(rules.ACTIVATION_DESCRIPTION), "must be one line of at most 256 characters", {
  good: ["", x(256), "Größe 日本"],
  bad: [x(257), "a\nb"],
});
obeys(text(rules.INSTANCE_NAME), "must be 1 to 256 letters or digits of any script, spaces or any of _ . : / = + @ -", {
  good: ["a", x(256), "A0 _.:/=+@-", "Halle-Süd 3", "工場"],
  bad: ["", x(257), "a*", "a,b", "a\n"],
});
obeys(
  text(...rules.BUCKET_RULES),
  "must be an S3 bucket name: lowercase letters, digits, single dots and hyphens, with a letter or digit at both ends",
  {
    good: ["abc", "a-b.c-d", "1bucket", x(63)],
    bad: ["Abc", "a_b", "a..b", ".abc", "abc.", "-abc", "abc-", "a.-b", "s3://abc", "arn:aws:s3:::abc", "ab*", "abc/"],
  },
);
obeys(text(...rules.BUCKET_RULES), "must be 3 to 63 characters long", { good: ["abc", x(63)], bad: ["ab", x(64)] });
obeys(text(...rules.BUCKET_RULES), "must not look like an IP address", {
  good: ["192.168.1", "192.168.1.1.1", "192.168.1.a"],
  bad: ["192.168.1.1"],
});
obeys(text(...rules.PREFIX_RULES), "must be a key prefix without / at either end, without wildcards or spaces", {
  good: ["", "a", "run-command/output", "a.b/c!d", "..a", "a.."],
  bad: ["/", "/a", "a/", "a//b", "a*", "a?", "a b", "a/*", "a\\b", "${aws:userid}"],
});
obeys(text(...rules.PREFIX_RULES), "must not contain the folders . or ..", {
  good: ["..a/b", "a/b..", "a/...", ".a"],
  bad: ["..", ".", "../a", "a/../b", "a/.", "./a"],
});
obeys(text(rules.EXTERNAL_ID), "must be 2 to 1,224 letters, digits or any of + = , . @ : / _ -", {
  good: ["ab", x(1224), "A0+=,.@:/_-"],
  bad: ["a", x(1225), "a b", "a*"],
});
obeys(text(rules.SERVICE_PRINCIPAL), "must be a service principal of Systems Manager", {
  good: ["ssm.amazonaws.com", "ssm.amazonaws.com.cn", "ssm.eu-central-1.amazonaws.com"],
  bad: ["", "ec2.amazonaws.com", "*", "ssm.amazonaws.com.evil.org", "ssmxamazonaws.com"],
});
obeys(text(...rules.TAG_KEY_RULES), "must be 1 to 128 letters, digits, spaces or any of _ . : / = + - @", {
  good: ["a", x(128), "Cost Center_.:/=+-@", "Größe", "日本", "xaws:a"],
  bad: ["", x(129), "a*", "a;b", "a\tb"],
});
obeys(text(...rules.TAG_KEY_RULES), "must not begin with aws:, which AWS reserves", {
  good: ["aws", "awsx:a"],
  bad: ["aws:a", "AWS:a", "Aws:a"],
});
obeys(text(rules.TAG_VALUE), "must be at most 256 letters, digits, spaces or any of _ . : / = + - @", {
  good: ["", x(256), "a b_.:/=+-@", "日本"],
  bad: [x(257), "a*", "a\nb"],
});
obeys(knownRegion(), "must be an AWS region", {
  good: ["eu-central-1", "cn-north-1", "us-gov-west-1", "ap-southeast-7"],
  bad: ["", "eu-central-9", "EU-CENTRAL-1", "us-iso-north-1", "global", "eu-central-1a"],
});

test("the format of a region in Terraform accepts regions that do not exist yet", () => {
  expect(rules.REGION.pattern.test("xx-nowhere-12")).toBe(true);
  expect(KNOWN_REGIONS.filter((region) => !rules.REGION.pattern.test(region))).toEqual([]);
  expect(rules.REGION.pattern.test("eu-central-*")).toBe(false);
});
