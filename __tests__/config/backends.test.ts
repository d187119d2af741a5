import { stateIdentity, stateSchema } from "../../lib/config/backends";

/** `code`s and messages aside: the fields that are refused. */
function refused(state: object): string[] {
  return stateSchema.safeParse(state).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
}

const S3 = { backend: "s3", bucket: "my-bucket" };
const CLOUD = { backend: "cloud", organization: "me" };
const HTTP = { backend: "http", address: "https://example.com/state" };

test("S3 needs a bucket alone", () => {
  expect(stateSchema.parse(S3)).toEqual({
    backend: "s3",
    bucket: "my-bucket",
    key: "ssm-hybrid-service-role/{account_name}/terraform.tfstate",
    use_lockfile: true,
    encrypt: true,
    use_path_style: false,
  });
});

test("HCP Terraform needs an organization alone", () => {
  expect(stateSchema.parse(CLOUD)).toEqual({
    backend: "cloud",
    organization: "me",
    hostname: "app.terraform.io",
    workspace: "ssm-hybrid-service-role-{account_name}",
  });
});

test("a state server needs an address alone", () => {
  expect(stateSchema.parse(HTTP)).toEqual({ ...HTTP, lock_method: "POST", unlock_method: "DELETE" });
});

test("a local file needs nothing", () => {
  expect(stateSchema.parse({ backend: "local" })).toEqual({
    backend: "local",
    path: "../../../terraform.{account_name}.tfstate",
  });
});

test("each backend has its own fields", () => {
  expect(refused({ ...S3, workspace: "x" })).toHaveLength(1);
  expect(refused({ backend: "local", bucket: "my-bucket" })).toHaveLength(1);
  expect(refused({ backend: "gcs", bucket: "my-bucket" })).toHaveLength(1);
});

test.each([
  [{ ...S3, key: "a/b.tfstate" }, []],
  [{ ...S3, key: "/a" }, ["key must be an object key without / at either end, without wildcards or spaces"]],
  [{ ...S3, key: "a/../b" }, ["key must not hold . or .. as a folder"]],
  [{ ...S3, kms_key_id: "alias/mine" }, []],
  [{ ...S3, kms_key_id: "a b" }, ["kms_key_id must be a KMS key's ARN, id or alias"]],
  [
    { ...S3, allowed_account_ids: ["1"] },
    ["allowed_account_ids.0 must be the 12 digits of an AWS account id, as text"],
  ],
  [{ ...S3, assume_role: { role_arn: "arn:aws:iam::222222222222:role/State" } }, []],
  [{ ...S3, assume_role: { role_arn: "State" } }, ["assume_role.role_arn must be the ARN of an IAM role"]],
  [{ ...CLOUD, workspace: "x".repeat(90) }, []],
  [{ ...CLOUD, workspace: "x".repeat(91) }, ["workspace must be 1 to 90 letters, digits, - or _"]],
  [{ ...CLOUD, hostname: "tfe.example.com:8443" }, []],
  [{ ...CLOUD, hostname: "https://tfe.example.com" }, ["hostname must be a host name"]],
  [{ ...HTTP, address: "http://localhost:8080/a" }, []],
  [{ ...HTTP, address: "http://127.0.0.1/a" }, []],
  [{ ...HTTP, address: "http://example.com/a" }, ["address must be an https address without user name and password"]],
  [
    { ...HTTP, address: "http://localhost.evil.org/a" },
    ["address must be an https address without user name and password"],
  ],
  [
    { ...HTTP, address: "https://me:secret@example.com/a" },
    ["address must be an https address without user name and password"],
  ],
  [{ backend: "local", path: "../a b/c.tfstate" }, []],
  [{ backend: "local", path: "a\\b" }, ["path must be a path of at most 1,024 characters, with / between folders"]],
  [{ backend: "local", path: "x".repeat(1024) }, []],
  [
    { backend: "local", path: "x".repeat(1025) },
    ["path must be a path of at most 1,024 characters, with / between folders"],
  ],
])("%j", (state, faults) => {
  expect(refused(state)).toEqual(faults);
});

/** The place of the state of account `a`, and of another account. */
const placesOf = (ofA: object, ofB: object) => [
  stateIdentity(stateSchema.parse(ofA), "a"),
  stateIdentity(stateSchema.parse(ofB), "b"),
];

test.each<[object, object]>([
  [
    { ...S3, key: "one" },
    { ...S3, key: "one", region: "eu-west-1" },
  ],
  [
    { ...CLOUD, workspace: "one" },
    { ...CLOUD, workspace: "One" },
  ],
  [HTTP, { ...HTTP, lock_address: "https://example.com/lock" }],
  [
    { backend: "local", path: "one" },
    { backend: "local", path: "../a/./x/../One" },
  ],
  [
    { backend: "local", path: "/srv/one" },
    { backend: "local", path: "/srv//one" },
  ],
])("%j and %j are one place", (ofA, ofB) => {
  const [one, other] = placesOf(ofA, ofB);
  expect(one).toBe(other);
});

test.each<[object, object]>([
  [
    { ...S3, key: "one" },
    { ...S3, key: "One" },
  ],
  [
    { ...S3, key: "one" },
    { ...S3, key: "one", bucket: "other" },
  ],
  [
    { ...CLOUD, workspace: "one" },
    { ...CLOUD, workspace: "one", hostname: "tfe.example.com" },
  ],
  [HTTP, { ...HTTP, address: "https://example.com/State" }],
  [
    { backend: "local", path: "one" },
    { backend: "local", path: "one" },
  ],
  [
    { backend: "local", path: "/srv/one#a" },
    { backend: "local", path: "/srv/one#b" },
  ],
])("%j and %j are two places", (ofA, ofB) => {
  const [one, other] = placesOf(ofA, ofB);
  expect(one).not.toBe(other);
});
