import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError, loadFleet, parseFleet } from "../../lib";
import { accountOf, errorsIn, errorsOf, fieldsOf, oneAccount, placesOf } from "../support";

/** Returns a file of two accounts with the given fields. */
const two = (a: string, b: string, defaults = "{}") =>
  `defaults: ${defaults}\naccounts:\n  a: { ${a}, region: eu-central-1 }\n  b: { ${b}, region: eu-central-1 }\n`;
const ID1 = 'id: "111111111111"';
const ID2 = 'id: "222222222222"';

test("the example fleet is valid", () => {
  expect([...loadFleet("accounts.yaml").keys()]).toEqual(["factory-eu", "datacentre-us", "other-cloud"]);
});

test("an account is read in camelCase, with unchanged map keys and strings", () => {
  const account = accountOf(
    oneAccount(
      "tags: { Cost-Center: 1e5x, MixedCase: '1e5' }",
      "role: { max_session_duration: 7200 }",
      "s3_managed_buckets: { us-east-1: { legacy_agent: true } }",
      "s3_buckets: { run_command: { bucket: my-bucket, prefix: '', purpose: run_command } }",
    ),
  );
  expect(account).toMatchObject({
    accountId: "111111111111",
    tags: { "Cost-Center": "1e5x", MixedCase: "1e5" },
    role: { maxSessionDuration: 7200 },
    s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
    s3Buckets: { run_command: { bucket: "my-bucket", prefix: "", purpose: "run_command", putObjectAcl: false } },
  });
});

test("a missing file is an error of the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "load-"));
  const file = join(folder, "none.yaml");
  expect(errorsIn(() => loadFleet(file))).toEqual([
    {
      file,
      field: "file",
      code: "file",
      rule: "must be a readable file (ENOENT).",
      fix: "Create it, or set the environment variable ACCOUNTS_FILE to another file.",
    },
  ]);
  expect(errorsIn(() => loadFleet(folder))[0]?.rule).toBe("must be a readable file (EISDIR).");
  rmSync(folder, { recursive: true });
});

describe("the file as a whole", () => {
  test.each([
    ["is empty", "", "missing 1:1"],
    ["is a comment", "# nothing\n", "missing 1:1"],
    ["is a list", "- a\n", "missing 1:1"],
    ["has no accounts", "defaults: {}\n", "missing 1:1"],
    ["has accounts without entries", "accounts:\n", "missing 1:10"],
    ["has empty accounts", "accounts: {}\n", "missing 1:11"],
  ])("%s", (_, text, place) => {
    expect(placesOf(text)).toEqual([place]);
    expect(errorsOf(text)[0]?.rule).toBe("must be a map with at least one account.");
  });

  /** Each row: the file, where its error is, the rule and the fix. */
  test.each([
    [
      "a list of accounts",
      `accounts:\n  - name: plant\n    ${ID1}\n`,
      "2:3",
      "must be a map, not a list: the key of each account is its name.",
      `Write accounts: { plant: { ${ID1} } }, or the same on several lines.`,
    ],
    [
      "an account at the top",
      `plant:\n  ${ID1}\n  region: eu-central-1\n`,
      "1:1",
      "must be one of defaults, accounts.",
      "Write accounts: above it, and indent plant and its fields below.",
    ],
    [
      "a field in the same column as the account's name",
      `defaults: { region: eu-central-1 }\naccounts:\n  a:\n    ${ID1}\n  tags: x\n`,
      "5:3",
      "must be a map: a key under accounts is the name of an account.",
      "tags is a field of an account: indent it further than the account's name.",
    ],
    [
      "defaults that are not a map",
      `defaults: eu-central-1\n${oneAccount()}`,
      "1:11",
      "must be a map.",
      "Write account fields in it, such as defaults: { region: eu-central-1 }.",
    ],
    [
      "a tab",
      `accounts:\n  a:\n\t${ID1}\n`,
      "3:1",
      "must be valid YAML: Tabs are not allowed as indentation.",
      "Replace each tab at the beginning of the line with two spaces.",
    ],
    [
      "a line with less indentation",
      `accounts:\n  a:\n    ${ID1}\n   region: eu-central-1\n`,
      "4:1",
      "must be valid YAML: All mapping items must start at the same column.",
      "Start the line in the same column as its neighbors. Indent the contents of a key by two more spaces.",
    ],
    [
      "two documents",
      `${oneAccount()}---\n${oneAccount()}`,
      "5:1",
      "must be a single YAML document.",
      "Remove the --- line, and write all accounts under one accounts: key.",
    ],
    [
      "two keys on one line",
      `accounts:\n  a: ${ID1}\n`,
      "2:6",
      "must be valid YAML: Nested mappings are not allowed in compact mappings.",
      "Write the contents of the key on a separate line, indented by two more spaces, or put the value in quotes.",
    ],
  ])("%s: the error says what to write", (_, text, place, rule, fix) => {
    expect(errorsOf(text).map(({ line, column, ...error }) => [`${line}:${column}`, error.rule, error.fix])).toEqual([
      [place, rule, fix],
    ]);
  });

  test("an empty map that turns nothing off is reported as a notice, and nothing else is", () => {
    const { notices } = parseFleet(`defaults:
  region: eu-central-1
  cloudwatch_agent: true
  policies: {}
accounts:
  a: { ${ID1}, cloudwatch_agent: {}, directory_service: {}, role: {}, tags: {} }
  b: { ${ID2}, s3_buckets: {}, log_groups: false, activations: null }
`);
    expect(notices).toEqual([
      `accounts.yaml:4:13  defaults.policies = {}
    has no effect: it turns nothing on, and defaults contain nothing that it turns off. [empty_map]
    Write policies: { default: { policy_arn: "arn:aws:iam::{account_id}:policy/name" } } to turn it on, or remove the line.`,
      `accounts.yaml:6:69  account "a"  directory_service = {}
    has no effect: it turns nothing on, and defaults contain nothing that it turns off. [empty_map]
    Write directory_service: true to turn it on, or remove the line.`,
      `accounts.yaml:7:40  account "b"  s3_buckets = {}
    has no effect: it turns nothing on, and defaults contain nothing that it turns off. [empty_map]
    Write s3_buckets: { default: { bucket: example-bucket, prefix: run-command/output, purpose: run_command } } to turn it on, or remove the line.`,
    ]);
    expect(parseFleet(oneAccount()).notices).toEqual([]);
  });

  test("an unknown key next to accounts is reported with the known keys", () => {
    expect(errorsOf(`${oneAccount()}default: {}\n`)).toMatchObject([
      {
        line: 5,
        column: 1,
        code: "unknown_key",
        rule: "must be one of defaults, accounts.",
        fix: "Did you mean defaults?",
      },
    ]);
  });

  test("defaults that are not a mapping are an error", () => {
    expect(placesOf(`${oneAccount()}defaults: [1]\n`)).toEqual(["wrong_type 5:11"]);
  });

  test("syntax errors are reported alone", () => {
    expect(placesOf('accounts:\n  a: "open\n')).toEqual(["yaml_syntax 2:6"]);
  });
});

describe("ids", () => {
  const LOST_ZERO = 'A leading zero seems to be missing. Write all 12 digits, in quotes: "012345678901".';
  const ALL_DIGITS = 'Write all twelve digits in quotes, for example "012345678901".';

  test.each([
    ["12345678901", "account_id", LOST_ZERO],
    ["123456789012.0", "account_id", ALL_DIGITS],
    ['"12345678901"', "account_id", LOST_ZERO],
    ['"1234567890123"', "account_id", ALL_DIGITS],
    ['"1111-1111-1111"', "account_id", ALL_DIGITS],
  ])("the id %s is an error with a fix", (id, code, fix) => {
    const errors = errorsOf(oneAccount().replace('"111111111111"', id));
    expect(errors).toEqual([expect.objectContaining({ code, line: 3, column: 9, value: id.replaceAll('"', ""), fix })]);
  });

  test.each(['"012345678901"', "012345678901", "111111111111"])("the id %s is read as written", (id) => {
    expect(accountOf(oneAccount().replace('"111111111111"', id)).accountId).toBe(id.replaceAll('"', ""));
  });

  test("only the error of the account's id mentions a missing zero", () => {
    const [error] = errorsOf(`defaults: { id: 12345678901 }\n${oneAccount()}`);
    expect(error).toMatchObject({ code: "unknown_key", field: "defaults.id" });
    expect(error?.fix).not.toContain("leading zero");
  });
});

describe("names", () => {
  test.each(["x", "x".repeat(64), "1", "constructor", "toString"])("an account can be named %s", (name) => {
    expect(fieldsOf(oneAccount().replace("  a:", `  ${name}:`))).toEqual([]);
  });

  test.each(["x".repeat(65), "-x", "a b", "a/b", "../a"])("an account cannot be named %s", (name) => {
    const errors = errorsOf(oneAccount().replace("  a:", `  "${name}":`));
    expect(errors).toEqual([expect.objectContaining({ code: "account_name", line: 2, column: 3, value: name })]);
  });

  test("names that differ only in case would share a folder", () => {
    expect(errorsOf(two(ID1, ID2).replace("  b:", "  A:"))).toContainEqual(
      expect.objectContaining({
        code: "account_name",
        line: 4,
        column: 3,
        rule: "must differ from a in more than case: both are names of folders.",
      }),
    );
  });

  test("an account without fields is an error", () => {
    expect(placesOf("accounts:\n  a:\n  b: text\n")).toEqual(["missing 2:3", "missing 2:3", "wrong_type 3:3"]);
  });
});

describe("roles of the same account", () => {
  const named = (name: string) => `${ID1}, role: { name: ${name} }`;

  test("need different names", () => {
    expect(fieldsOf(two(named("One"), named("Two")))).toEqual([]);
    expect(fieldsOf(two(named("One"), `${ID2}, role: { name: One }`))).toEqual([]);
    expect(errorsOf(two(named("One"), named("One")))).toEqual([
      {
        file: "accounts.yaml",
        line: 4,
        column: 42,
        account: "b",
        field: "role.name",
        code: "same_role",
        value: "One",
        rule: "must differ from the role of a, which is in the same AWS account 111111111111 (IAM names are not case-sensitive).",
        fix: "Set another role.name for the second role, correct the id, or remove one of the two.",
      },
    ]);
  });

  test("in another partition belong to another account", () => {
    expect(fieldsOf(two(named("One"), named("One")).replace(/(b: .*)eu-central-1/, "$1cn-north-1"))).toEqual([]);
  });

  test.each([
    ["in case", named("One"), named("oNE"), "4:42"],
    ["in the path", named("One"), `${ID1}, role: { path: /x/, name: One }`, "4:53"],
    ["in nothing: both have the default", ID1, ID1, "4:3"],
    ["in case from the default", ID1, named("ssmservicerole"), "4:42"],
  ])("clash if they differ %s", (_, a, b, place) => {
    expect(placesOf(two(a, b))).toEqual([`same_role ${place}`]);
  });
});

describe("two accounts must not share one state", () => {
  const both = (a: string, b: string) => fieldsOf(two(`${ID1}, state: { ${a} }`, `${ID2}, state: { ${b} }`));
  const s3 = (key: string) => `backend: s3, bucket: my-bucket, key: "${key}"`;
  const cloud = (workspace: string) => `backend: cloud, organization: me, workspace: "${workspace}"`;
  const http = (address: string) => `backend: http, address: "https://example.com/${address}"`;
  const local = (path: string) => `backend: local, path: "${path}"`;

  test.each([
    ["s3", s3("one"), s3("one/{account_name}")],
    ["cloud", cloud("one"), cloud("one-{account_id}")],
    ["http", http("one"), http("{account_name}")],
    ["local", local("../one.tfstate"), local("../state#{account_name}")],
  ])("by the defaults: %s", (_, shared, apart) => {
    expect(errorsOf(two(ID1, ID2, `{ state: { ${shared} } }`))).toEqual([
      expect.objectContaining({
        line: 1,
        column: 20,
        code: "shared_state",
        field: "defaults.state",
        rule: "must not use the same state file as a: each would destroy the other's resources.",
      }),
    ]);
    expect(errorsOf(two(ID1, ID2, `{ state: { ${apart} } }`))).toEqual([]);
  });

  test.each([
    [s3("one"), `${s3("one")}, region: eu-west-1`],
    [cloud("one"), cloud("One")],
    [http("one"), `${http("one")}, lock_address: "https://example.com/lock"`],
    [local("../one"), local("../One")],
    [local("one"), local("../a/./x/../One")],
    [local("/srv/one"), local("/srv//one")],
  ])("%s and %s are one", (a, b) => {
    expect(both(a, b)).toEqual(["shared_state state"]);
  });

  test.each([
    ["backend: s3, bucket: my-bucket", "backend: s3, bucket: my-bucket"],
    ["backend: cloud, organization: me", "backend: cloud, organization: me"],
    ["backend: local", "backend: local"],
    [s3("one"), s3("One")],
    [s3("one"), s3("one").replace("my-bucket", "other")],
    [s3("one"), `${s3("one")}, region: cn-north-1`],
    [s3("one"), s3("one.tflock").replace("my-bucket", "other")],
    [s3("one"), `${s3("one.tflock")}, region: us-gov-west-1`],
    [local("one"), local("one.tflock")],
    [cloud("one"), cloud("one").replace("me,", "you,")],
    [cloud("one"), `${cloud("one")}, hostname: tfe.example.com`],
    [http("state"), http("State")],
    [local("one"), local("one")],
    [local("/srv/one#a"), local("/srv/one#b")],
    [local("//my server/state"), local("//my server/other")],
  ])("%s and %s are two", (a, b) => {
    expect(both(a, b)).toEqual([]);
  });

  test("and a state cannot have the place of another's lock, in any order", () => {
    expect(errorsOf(two(`${ID1}, state: { ${s3("one.tflock")} }`, `${ID2}, state: { ${s3("one")} }`))).toEqual([
      expect.objectContaining({
        account: "a",
        field: "state.key",
        code: "state_is_lock",
        value: "one.tflock",
        rule:
          "must not be the key of b's state plus .tflock: Terraform stores the lock of b's state there, and would overwrite and delete " +
          "the state of a.",
      }),
    ]);
    expect(both(s3("one"), `${s3("one.tflock")}, region: eu-west-1`)).toEqual(["state_is_lock state.key"]);
  });
});

describe("defaults", () => {
  test("are merged into each account, which can override or remove them", () => {
    const text = `
defaults:
  region: eu-west-1
  deploy_role_arn: arn:{partition}:iam::{account_id}:role/Deploy
  tags: { Owner: x, Team: y }
  cloudwatch_agent: { default: {} }
accounts:
  a: { id: "111111111111" }
  b: { id: "222222222222", region: cn-north-1, tags: { Team: null, New: z } }
  c: { id: "333333333333", deploy_role_arn: null, cloudwatch_agent: { default: null } }
`;
    const fleet = parseFleet(text);
    expect(fleet.get("a")).toMatchObject({
      region: "eu-west-1",
      deployRoleArn: "arn:aws:iam::111111111111:role/Deploy",
      tags: { Owner: "x", Team: "y" },
      cloudwatchAgent: { default: {} },
    });
    expect(fleet.get("b")).toMatchObject({
      region: "cn-north-1",
      deployRoleArn: "arn:aws-cn:iam::222222222222:role/Deploy",
    });
    expect(fleet.get("b")?.tags).toEqual({ Owner: "x", New: "z" });
    expect(fleet.get("c")).not.toHaveProperty("deployRoleArn");
    expect(fleet.get("c")?.cloudwatchAgent).toEqual({});
  });

  test.each([
    [
      "another key",
      "{ backend: s3, bucket: one, region: eu-west-1 }",
      "{ key: k }",
      { bucket: "one", region: "eu-west-1", key: "k" },
    ],
    [
      "another bucket",
      "{ backend: s3, bucket: one, region: eu-west-1 }",
      "{ backend: s3, bucket: two }",
      { bucket: "two", region: "eu-west-1" },
    ],
    ["its backend", "{ bucket: one }", "{ backend: s3 }", { bucket: "one" }],
  ])("of a state are inherited by an account that sets %s", (_, shared, own, state) => {
    const text = `defaults: { state: ${shared} }\n${oneAccount(`state: ${own}`)}`;
    expect(accountOf(text).state).toMatchObject({ backend: "s3", ...state });
  });

  test("of a state are replaced as a whole by another backend", () => {
    const text = `defaults: { state: { backend: s3, bucket: my-bucket } }\n${oneAccount("state: { backend: local }")}`;
    expect(accountOf(text).state).toEqual({ backend: "local", path: "../../../terraform.a.tfstate" });
  });

  test("cannot contain an id", () => {
    expect(placesOf(`${oneAccount()}defaults: { id: "111111111111" }\n`)).toEqual(["unknown_key 5:13"]);
  });

  test("do not require the fields that accounts set", () => {
    const account = oneAccount('policies: { p: { policy_arn: "arn:aws:iam::aws:policy/X" } }');
    expect(errorsOf(`${account}defaults: { policies: { p: {} } }\n`)).toEqual([]);
  });
});

describe("strings", () => {
  test.each(["${aws_iam_role.x.arn}", "%{ if true }x%{ endif }"])("%s is refused anywhere", (text) => {
    const quoted = `"${text}"`;
    const lines = [
      `tags: { k: ${quoted} }`,
      `role: { description: ${quoted} }`,
      `policies: { p: { policy_arn: ${quoted} } }`,
      `trust: { regions: [${quoted}] }`,
      `state: { backend: local, path: ${quoted} }`,
      `s3_buckets: { ${quoted}: { bucket: my-bucket, prefix: "", purpose: scripts } }`,
    ];
    const columns = lines.map((line) => line.indexOf(quoted) + 5);
    expect(placesOf(oneAccount(...lines))).toEqual(columns.map((column, index) => `template ${index + 5}:${column}`));
  });

  test("no control character of the file reaches the terminal", () => {
    const text = `accounts:\n  "\\e[31mX": { ${ID1}, region: eu-central-1 }\n  b: { ${ID1}, region: eu-central-1 }\n`;
    const { message } = new InvalidInputError(errorsOf(text));
    expect(message).toContain("\\u001b[31mX");
    expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  test("an alias inside its own anchor is one error, like any other", () => {
    expect(placesOf(oneAccount("tags: &t", "  x: *t"))).toEqual(["yaml_alias 6:10"]);
  });

  test("settings can be shared with an anchor", () => {
    const fleet = parseFleet(two(`${ID1}, tags: &tags { Owner: "{account_name}" }`, `${ID2}, tags: *tags `));
    expect([fleet.get("a")?.tags, fleet.get("b")?.tags]).toEqual([{ Owner: "a" }, { Owner: "b" }]);
  });
});

test("every placeholder is replaced, also in defaults", () => {
  const fleet = parseFleet(
    two(
      `${ID1}, tags: { own: "{account_name}.{account_id}" }`,
      ID2,
      '{ tags: { shared: "{account_id} {account_name} {region} {partition}" }, s3_buckets: { logs: { bucket: "logs-{account_id}", prefix: "", purpose: run_command } } }',
    ),
  );
  expect(fleet.get("a")?.tags).toEqual({ own: "a.111111111111", shared: "111111111111 a eu-central-1 aws" });
  expect(fleet.get("b")?.tags).toEqual({ shared: "222222222222 b eu-central-1 aws" });
  expect(fleet.get("b")?.s3Buckets).toMatchObject({ logs: { bucket: "logs-222222222222" } });
});
