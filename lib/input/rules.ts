import { DNS_SUFFIX_PATTERN, PARTITIONS } from "../aws/partitions";

/** Data of a zod check in addition to its test. Errors and Terraform variables are derived from it. */
export interface RuleParams {
  readonly code: string;
  /** Pattern that the string must match. RE2, which Terraform uses, must accept it too. */
  readonly pattern?: RegExp;
  /** The string must not match the pattern. @default false */
  readonly forbids?: boolean;
  /** Returns the same check in Terraform's language, for an expression. */
  readonly terraform?: (value: string) => string;
  /** Valid value, which the fix of an error suggests. @default - none */
  readonly example?: string;
  /** Meaning of an empty string, if it is valid. @default - an empty string is invalid */
  readonly empty?: string;
  /** What is trimmed because it has only one possible meaning: spaces at both ends, or one trailing /. @default - nothing */
  readonly trims?: "spaces" | "slash";
  /** Numbers that are accepted as their digits, in JSON Schema. @default - none */
  readonly takesNumber?: { readonly type: "integer" | "number"; readonly minimum?: number; readonly maximum?: number };
  /** Returns the key of the map that has the error. @default - the value itself has the error */
  readonly key?: (map: object) => string | undefined;
  /** Valid values, if they are few. The error suggests the nearest. */
  readonly known?: readonly string[];
  readonly fix: string;
  /** Returns a more specific fix for some values. @default - `fix` for all */
  readonly fixFor?: (value: string) => string | undefined;
  readonly page?: string | undefined;
}

/** A rule for a string. zod checks it when the file is read, and a Terraform `validation` block at plan, with the same message. */
export interface Rule extends RuleParams {
  readonly pattern: RegExp;
  /** A clause that begins with "must". */
  readonly says: string;
}

const USER_GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide";
const IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const IAM_IDENTIFIERS = `${IAM_GUIDE}/reference_identifiers.html`;
export const IAM_QUOTAS = `${IAM_GUIDE}/reference_iam-quotas.html`;

/** Placeholders that any string of an account may contain. The JSON Schema for editors allows them in every pattern. */
export const PLACEHOLDER_PATTERN = "\\{(account_id|account_name|region|partition)\\}";

/** Regular expression for the beginning of an ARN, in any partition. */
export const ARN_PATTERN = `arn:(${PARTITIONS.join("|")})`;
const IAM_NAME = "[A-Za-z0-9+=,.@_-]";
const IAM_PATH = "([A-Za-z0-9.,+@=_-]+/)*";

export const ACCOUNT_ID: Rule = {
  code: "account_id",
  example: "012345678901",
  pattern: /^[0-9]{12}$/,
  takesNumber: { type: "integer", minimum: 100_000_000_000, maximum: 999_999_999_999 },
  says: "must be the 12 digits of an AWS account id",
  fix: 'Write all twelve digits in quotes, for example "012345678901".',
  fixFor: (id) =>
    /^[0-9]{9,11}$/.test(id)
      ? `A leading zero seems to be missing. Write all 12 digits, in quotes: "${id.padStart(12, "0")}".`
      : undefined,
  page: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
};

export const ACCOUNT_NAME_RULES: readonly Rule[] = [
  {
    code: "account_name",
    example: "factory-eu",
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    says: "must be 1 to 64 letters, digits or any of - _, beginning with a letter or digit: it is the name of a folder, a stack and a state",
    fix: "Rename the account in this file, for example factory-eu.",
  },
  {
    code: "account_name",
    pattern: /^([Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|([Cc][Oo][Mm]|[Ll][Pp][Tt])[0-9])$/,
    forbids: true,
    says: "must not be a Windows device name: Windows cannot create a folder with that name",
    fix: "Rename the account in this file, for example factory-eu.",
    page: "https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file",
  },
];

export const LABEL: Rule = {
  code: "label",
  example: "default",
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  says: "must be 1 to 64 letters, digits or any of . - _, beginning with a letter or digit: it is the entry's key in Terraform",
  fix: "Use a short, stable name, for example run-command.",
};

export const REGION: Rule = {
  code: "region",
  example: "eu-central-1",
  pattern: /^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/,
  says: "must be an AWS region",
  fix: "Write the region's code, for example eu-central-1.",
  page: "https://docs.aws.amazon.com/general/latest/gr/ssm.html",
};

/** Returns the fix for the ARN of a group, role or user: its name. */
function nameInArn(value: string): string | undefined {
  const [, name] = /^arn:.*:(?:group|role|user)\/(?:.*\/)?([^/]+)$/.exec(value) ?? [];
  return name && `Write only the name: ${name}.`;
}

export const ROLE_NAME: Rule = {
  code: "iam_role_name",
  fixFor: nameInArn,
  example: "SSMServiceRole",
  pattern: new RegExp(`^${IAM_NAME}{1,64}$`),
  says: "must be 1 to 64 letters, digits or any of + = , . @ _ -",
  fix: "Choose another name, for example SSMServiceRole.",
  page: IAM_QUOTAS,
};

/** Rules for the path of a policy. IAM accepts more characters in the path of a role, but the role's policies have the same path. */
export const IAM_PATH_RULES: readonly Rule[] = [
  {
    code: "iam_path",
    example: "/hybrid/",
    pattern: new RegExp(`^/${IAM_PATH}$`),
    says: "must begin and end with / and contain letters, digits, / or any of . , + @ = _ -",
    fix: "Write / or a path such as /hybrid/.",
    page: IAM_IDENTIFIERS,
  },
  {
    code: "iam_path",
    pattern: /^.{1,512}$/,
    says: "must be at most 512 characters long",
    fix: "Shorten the path.",
    page: IAM_QUOTAS,
  },
];

export const ROLE_DESCRIPTION: Rule = {
  code: "iam_role_description",
  example: "Machines of the factory",
  // RE2 does not support \u escapes.
  pattern: /^[\t\n\r -~¡-ÿ]{0,1000}$/,
  says: "must be at most 1,000 printable Latin-1 characters",
  fix: "Shorten it, or remove the characters that are not Latin-1.",
  page: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
};

export const ROLE_ARN: Rule = {
  code: "iam_role_arn",
  trims: "spaces",
  example: "arn:aws:iam::{account_id}:role/TerraformDeploy",
  pattern: new RegExp(`^${ARN_PATTERN}:iam::[0-9]{12}:role/${IAM_PATH}${IAM_NAME}{1,64}$`),
  says: "must be the ARN of an IAM role",
  fix: "Write arn:<partition>:iam::<account id>:role/<name>.",
  page: IAM_IDENTIFIERS,
};

function nameRule(kind: "group" | "user", longest: number): Rule {
  return {
    code: `iam_${kind}_name`,
    fixFor: nameInArn,
    example: `${kind}-name`,
    pattern: new RegExp(`^${IAM_NAME}{1,${longest}}$`),
    says: `must be the name of an IAM ${kind}, without path: 1 to ${longest} letters, digits or any of + = , . @ _ -`,
    fix: `Write only the ${kind}'s name, as \`aws iam list-${kind}s\` shows it.`,
    page: IAM_QUOTAS,
  };
}

export const GROUP_NAME = nameRule("group", 128);
export const USER_NAME = nameRule("user", 64);

export const NOT_RESERVED_ROLE: Rule = {
  code: "reserved_role",
  pattern: /^AWSReservedSSO_|^AWSServiceRoleFor/,
  forbids: true,
  says: "must not be a role that AWS manages: no policy can be attached to it",
  fix: "For users of IAM Identity Center, remove the role, and add the policy to their permission set.",
  page: "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetcustom.html",
};

export const POLICY_ARN: Rule = {
  code: "iam_policy_arn",
  trims: "spaces",
  example: "arn:aws:iam::{account_id}:policy/name",
  pattern: new RegExp(`^${ARN_PATTERN}:iam::(aws|[0-9]{12}):policy/${IAM_PATH}${IAM_NAME}{1,128}$`),
  says: "must be the ARN of a managed IAM policy",
  fix: "Write arn:<partition>:iam::<account id, or aws>:policy/<name>.",
  page: IAM_IDENTIFIERS,
};

export const NOT_DEPRECATED_POLICY: Rule = {
  code: "deprecated_policy",
  pattern: /:policy\/service-role\/AmazonEC2RoleforSSM$/,
  forbids: true,
  says: "must not be AmazonEC2RoleforSSM: AWS deprecated it, and it grants access to every S3 bucket that the account can access",
  fix: "Remove it. AmazonSSMManagedInstanceCore is attached already, and s3_buckets grants access to single buckets.",
  page: `${USER_GUIDE}/setup-instance-permissions.html`,
};

export const KMS_KEY_ARN: Rule = {
  code: "kms_key_arn",
  trims: "spaces",
  example: "arn:aws:kms:{region}:{account_id}:key/12345678-90ab-4cde-8f01-234567890abc",
  pattern: new RegExp(`^${ARN_PATTERN}:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,128}$`),
  says: "must be the ARN of a KMS key (IAM does not resolve an alias)",
  fix: "Write arn:<partition>:kms:<region>:<account id>:key/<key id>.",
  page: "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN",
};

export const LOG_GROUP_ARN: Rule = {
  code: "log_group_arn",
  trims: "spaces",
  example: "arn:aws:logs:{region}:{account_id}:log-group:name",
  pattern: new RegExp(`^${ARN_PATTERN}:logs:[a-z0-9-]+:[0-9]{12}:log-group:[A-Za-z0-9_/.#-]{1,512}$`),
  says: "must be the ARN of a CloudWatch Logs log group, without :* at the end",
  fix: "Write arn:<partition>:logs:<region>:<account id>:log-group:<name>.",
  page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
};

const ACTIVATION_PAGE = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html";

export const EXPIRATION_DATE: Rule = {
  code: "expiration_date",
  example: "2026-12-24T18:00:00Z",
  pattern: /^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/,
  says: "must be an RFC 3339 date and time in UTC, ending in Z",
  fix: 'Write it in quotes, for example "2026-12-24T18:00:00Z".',
  page: ACTIVATION_PAGE,
};

export const ACTIVATION_DESCRIPTION: Rule = {
  code: "activation_description",
  pattern: /^.{0,256}$/,
  says: "must be one line of at most 256 characters",
  fix: "Shorten it.",
  page: ACTIVATION_PAGE,
};

export const INSTANCE_NAME: Rule = {
  code: "instance_name",
  example: "line-1",
  pattern: /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u,
  says: "must be 1 to 256 letters or digits of any script, spaces or any of _ . : / = + @ -",
  fix: "Choose another name. Several machines can have the same name.",
  page: ACTIVATION_PAGE,
};

const BUCKET_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

export const BUCKET_RULES: readonly Rule[] = [
  {
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    says: "must be an S3 bucket name: lowercase letters, digits, single dots and hyphens, with a letter or digit at both ends",
    fix: "Write only the bucket's name, without s3:// or an ARN.",
  },
  {
    pattern: /^.{3,63}$/,
    says: "must be 3 to 63 characters long",
    fix: "Write the bucket's full name.",
  },
  {
    pattern: /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/,
    forbids: true,
    says: "must not look like an IP address",
    fix: "Write the bucket's name.",
  },
  {
    pattern: /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|[.]mrap|--x-s3|--table-s3)$/,
    forbids: true,
    says: "must not begin with xn--, sthree- or amzn-s3-demo-, or end in -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3, which S3 reserves",
    fix: "Write the name of a general purpose bucket.",
  },
].map((rule) => ({ code: "bucket_name", example: "example-bucket", page: BUCKET_PAGE, ...rule }));

const KEY_CHARACTERS = "[A-Za-z0-9!_.'()=+@,:~-]";

/** Returns the rules for an object key or a key prefix: no wildcards, no IAM variables, and no path that leaves the folder. */
export function keyRules(what: string, rule: Omit<Rule, "pattern" | "says">): readonly Rule[] {
  const key = `${KEY_CHARACTERS}+(/${KEY_CHARACTERS}+)*`;
  return [
    {
      ...rule,
      pattern: new RegExp(rule.empty ? `^(${key})?$` : `^${key}$`),
      says: `must be ${what} without / at either end, without wildcards or spaces`,
    },
    {
      ...rule,
      pattern: /(^|\/)[.][.]?(\/|$)/,
      forbids: true,
      says: "must not contain the folders . or ..",
      fix: "Write the folder's path in the bucket.",
    },
  ];
}

export const PREFIX_RULES = keyRules("a key prefix", {
  code: "s3_prefix",
  example: "run-command/output",
  empty: "the whole bucket",
  trims: "slash",
  fix: 'Write only the folder, for example run-command/output, or "" for the whole bucket.',
  page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
});

export const EXTERNAL_ID: Rule = {
  code: "external_id",
  example: "example-id",
  pattern: /^[A-Za-z0-9+=,.@:/_-]{2,1224}$/,
  says: "must be 2 to 1,224 letters, digits or any of + = , . @ : / _ -",
  fix: "Copy the id from the deploy role's trust policy.",
  page: "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
};

export const SERVICE_PRINCIPAL: Rule = {
  code: "service_principal",
  example: "ssm.amazonaws.com",
  pattern: new RegExp(`^ssm[.]([a-z0-9-]+[.])?${DNS_SUFFIX_PATTERN}$`),
  says: "must be a service principal of Systems Manager",
  fix: "Remove it to use ssm.amazonaws.com, or set it to a principal such as ssm.amazonaws.com.cn.",
  page: `${USER_GUIDE}/hybrid-multicloud-service-role.html`,
};

export const TAG_PAGE = `${IAM_GUIDE}/id_tags.html`;

/** Rule for a tag key. It accepts keys that AWS itself sets. */
export const TAG_KEY: Rule = {
  code: "tag_key",
  example: "Owner",
  pattern: /^[\p{L}\p{N} _.:/=+@-]{1,128}$/u,
  says: "must be 1 to 128 letters, digits, spaces or any of _ . : / = + - @",
  fix: "Rename the tag.",
  page: TAG_PAGE,
};

export const TAG_KEY_RULES: readonly Rule[] = [
  TAG_KEY,
  {
    ...TAG_KEY,
    pattern: /^[Aa][Ww][Ss]:/,
    forbids: true,
    says: "must not begin with aws:, which AWS reserves",
  },
];

export const TAG_VALUE: Rule = {
  code: "tag_value",
  example: "platform",
  pattern: /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u,
  takesNumber: { type: "number" },
  says: "must be at most 256 letters, digits, spaces or any of _ . : / = + - @",
  fix: "Change the tag's value.",
  page: TAG_PAGE,
};

const ASSUME_ROLE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html";

export const SESSION_NAME: Rule = {
  code: "session_name",
  example: "terraform",
  pattern: new RegExp(`^${IAM_NAME}{2,64}$`),
  says: "must be 2 to 64 letters, digits or any of + = , . @ _ -",
  fix: "Choose another name, for example terraform.",
  page: ASSUME_ROLE,
};

export const SOURCE_IDENTITY: Rule = {
  code: "source_identity",
  example: "jane.doe",
  pattern: SESSION_NAME.pattern,
  says: SESSION_NAME.says,
  fix: "Write the name of the user who runs Terraform, for example jane.doe.",
  page: ASSUME_ROLE,
};

export const POLICY_NAME: Rule = {
  code: "iam_policy_name",
  example: "HybridOperators",
  pattern: new RegExp(`^${IAM_NAME}{1,128}$`),
  says: "must be 1 to 128 letters, digits or any of + = , . @ _ -",
  fix: "Write only the policy's name, without its path, for example HybridOperators.",
  page: IAM_QUOTAS,
};

/** Rule for the characters that the AWS SDKs accept in `[profile <name>]`. */
export const PROFILE: Rule = {
  code: "profile",
  example: "example-profile",
  pattern: /^[A-Za-z0-9_@+.%:/-]+$/,
  says: "must contain only letters, digits or any of _ @ + . % : / -",
  fix: "Write the profile's name as `aws configure list-profiles` shows it.",
  page: "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html",
};
