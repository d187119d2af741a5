import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFleet, parseFleet } from "../../lib";
import { accountOf, faultsIn, faultsOf, fieldsOf, oneAccount, placesOf } from "../support";

/** A file of two accounts with the fields given. */
const two = (a: string, b: string, defaults = "{}") =>
  `defaults: ${defaults}\naccounts:\n  a: { ${a}, region: eu-central-1 }\n  b: { ${b}, region: eu-central-1 }\n`;
const ID1 = 'id: "111111111111"';
const ID2 = 'id: "222222222222"';

test("the example fleet is right", () => {
  expect([...loadFleet("accounts.yaml").keys()]).toEqual(["factory-eu", "datacentre-us", "other-cloud"]);
});

test("an account is read in camelCase, its map keys and texts as they are", () => {
  const account = accountOf(
    oneAccount(
      "tags: { Cost-Center: 1e5x, MixedCase: '1e5' }",
      "role: { max_session_duration: 7200 }",
      "s3_managed_buckets: { us-east-1: { legacy_agent: true } }",
      "s3_buckets: { run_command: { bucket: my-bucket, purpose: run_command } }",
    ),
  );
  expect(account).toMatchObject({
    id: "111111111111",
    tags: { "Cost-Center": "1e5x", MixedCase: "1e5" },
    role: { maxSessionDuration: 7200 },
    s3ManagedBuckets: { "us-east-1": { legacyAgent: true } },
    s3Buckets: { run_command: { bucket: "my-bucket", purpose: "run_command", putObjectAcl: false } },
  });
});

test("a file that is not there is a fault of the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "load-"));
  const file = join(folder, "none.yaml");
  expect(faultsIn(() => loadFleet(file))).toEqual([
    {
      file,
      field: "file",
      code: "file",
      rule: "must be a file that can be read (ENOENT).",
      fix: "Create it, or name another in the environment variable ACCOUNTS_FILE.",
    },
  ]);
  expect(faultsIn(() => loadFleet(folder))[0]?.rule).toBe("must be a file that can be read (EISDIR).");
  rmSync(folder, { recursive: true });
});

describe("the file as a whole", () => {
  test.each([
    ["is empty", "", "missing 1:1"],
    ["is a comment", "# nothing\n", "missing 1:1"],
    ["is a list", "- a\n", "missing 1:1"],
    ["has no accounts", "defaults: {}\n", "missing 1:1"],
    ["has accounts without any", "accounts:\n", "missing 1:10"],
    ["has empty accounts", "accounts: {}\n", "missing 1:11"],
    ["has a list of accounts", "accounts: [a]\n", "missing 1:11"],
  ])("%s", (_, text, place) => {
    expect(placesOf(text)).toEqual([place]);
    expect(faultsOf(text)[0]?.rule).toBe("must be a mapping with an account at least.");
  });

  test("an unknown key beside accounts is told with its neighbours", () => {
    const fault = faultsOf(`${oneAccount()}default: {}\n`)[0];
    expect(fault).toMatchObject({
      line: 5,
      column: 1,
      code: "unknown_key",
      rule: "must be one of defaults, accounts.",
      fix: "Did you mean defaults?",
    });
  });

  test("defaults that are no mapping are a fault", () => {
    expect(placesOf(`${oneAccount()}defaults: [1]\n`)).toEqual(["wrong_type 5:11"]);
  });

  test("syntax errors are told alone", () => {
    expect(placesOf('accounts:\n  a: "open\n')).toEqual(["yaml_syntax 3:1"]);
  });
});

describe("ids", () => {
  const fix = (id: string) => {
    const [fault, ...rest] = faultsOf(`accounts:\n  a:\n    id: ${id}\n    region: eu-central-1\n`);
    expect(rest).toEqual([]);
    return fault && [`${fault.code} ${fault.line}:${fault.column}`, fault.value, fault.fix];
  };

  test("an id in quotes is right", () => {
    expect(fix('"012345678901"')).toBeUndefined();
  });

  test.each([
    ["111111111111", ["wrong_type 3:9", "111111111111", 'Put it in quotes: "111111111111".']],
    ["012345678901", ["wrong_type 3:9", "012345678901", 'Put it in quotes: "012345678901".']],
    [
      "12345678901",
      [
        "wrong_type 3:9",
        "12345678901",
        'A leading zero seems to be lost. Write all 12 digits, in quotes: "012345678901".',
      ],
    ],
    [
      '"12345678901"',
      [
        "account_id 3:9",
        "12345678901",
        'A leading zero seems to be lost. Write all 12 digits, in quotes: "012345678901".',
      ],
    ],
    [
      '"1234567890123"',
      ["account_id 3:9", "1234567890123", 'Write all twelve digits in quotes, for example "012345678901".'],
    ],
    [
      '"1111-1111-1111"',
      ["account_id 3:9", "1111-1111-1111", 'Write all twelve digits in quotes, for example "012345678901".'],
    ],
  ])("the id %s is a fault with its way out", (id, expected) => {
    expect(fix(id)).toEqual(expected);
  });

  test("what is said of a lost zero is said of the account's id alone", () => {
    expect(faultsOf(oneAccount("tags: { id: 12345678901 }"))[0]?.fix).toBe('Put it in quotes: "12345678901".');
    const [fault] = faultsOf(`defaults: { id: 12345678901 }\n${oneAccount()}`);
    expect(fault).toMatchObject({ code: "unknown_key", field: "defaults.id" });
    expect(fault?.fix).not.toContain("leading zero");
  });
});

describe("names", () => {
  test.each(["x", "x".repeat(64), "1", "constructor", "toString"])("an account may be named %s", (name) => {
    expect(fieldsOf(oneAccount().replace("  a:", `  ${name}:`))).toEqual([]);
  });

  test.each(["x".repeat(65), "-x", "a b", "a/b", "../a"])("an account may not be named %s", (name) => {
    const faults = faultsOf(oneAccount().replace("  a:", `  "${name}":`));
    expect(faults.map(({ code, line, column, value }) => [code, line, column, value])).toEqual([
      ["account_name", 2, 3, name],
    ]);
  });

  test("names that differ in case alone would share a folder", () => {
    expect(faultsOf(two(ID1, ID2).replace("  b:", "  A:"))).toContainEqual(
      expect.objectContaining({
        code: "account_name",
        line: 4,
        column: 3,
        rule: "must differ from a in more than case: both name a folder.",
      }),
    );
  });

  test("an account without fields is a fault", () => {
    expect(placesOf("accounts:\n  a:\n  b: text\n")).toEqual(["wrong_type 2:3", "wrong_type 3:3"]);
  });
});

describe("roles of the same account", () => {
  const named = (name: string) => `${ID1}, role: { name: ${name} }`;

  test("need different names", () => {
    expect(fieldsOf(two(named("One"), named("Two")))).toEqual([]);
    expect(fieldsOf(two(named("One"), named("One").replace("1111", "2222")))).toEqual([]);
    expect(faultsOf(two(named("One"), named("One")))).toEqual([
      {
        file: "accounts.yaml",
        line: 4,
        column: 42,
        account: "b",
        field: "role.name",
        code: "same_role",
        value: "One",
        rule: "must differ from the role of a, which is in the same AWS account 111111111111 (IAM does not tell cases apart).",
        fix: "Give the second role another role.name, correct the id, or remove one of the two.",
      },
    ]);
  });

  test("need names that differ in more than case and path", () => {
    expect(fieldsOf(two(named("One"), named("oNE")))).toEqual(["same_role role.name"]);
    expect(fieldsOf(two(named("One"), `${ID1}, role: { name: One, path: /x/ }`))).toEqual(["same_role role.name"]);
  });

  test("clash by the default name too", () => {
    expect(placesOf(two(ID1, ID1))).toEqual(["same_role 4:3"]);
    expect(placesOf(two(ID1, named("ssmservicerole")))).toEqual(["same_role 4:42"]);
  });
});

describe("two accounts must not share one state", () => {
  const s3 = (key: string) => `{ backend: s3, bucket: my-bucket, key: "${key}" }`;
  const cloud = (workspace: string) => `{ backend: cloud, organization: me, workspace: "${workspace}" }`;
  const http = (address: string) => `{ backend: http, address: "${address}" }`;
  const local = (path: string) => `{ backend: local, path: "${path}" }`;

  test.each([
    ["s3", s3("one"), s3("one/{account_name}")],
    ["cloud", cloud("one"), cloud("one-{account_id}")],
    ["http", http("https://example.com/one"), http("https://example.com/{account_name}")],
    ["local", local("../one.tfstate"), local("../{account_name}.tfstate")],
  ])("%s", (_, shared, apart) => {
    expect(faultsOf(two(ID1, ID2, `{ state: ${shared} }`))).toEqual([
      expect.objectContaining({
        line: 1,
        column: 20,
        code: "shared_state",
        field: "defaults.state",
        rule: "must not share one state with a: each would destroy what the other made.",
      }),
    ]);
    expect(faultsOf(two(ID1, ID2, `{ state: ${apart} }`))).toEqual([]);
  });

  test("the default of each backend keeps them apart", () => {
    for (const state of [
      "{ backend: s3, bucket: my-bucket }",
      "{ backend: cloud, organization: me }",
      "{ backend: local }",
    ])
      expect(faultsOf(two(ID1, ID2, `{ state: ${state} }`))).toEqual([]);
    expect(faultsOf(two(ID1, ID2))).toEqual([]);
  });

  test("cases are told apart by S3 alone", () => {
    const both = (a: string, b: string) => fieldsOf(two(`${ID1}, state: ${a}`, `${ID2}, state: ${b}`));
    expect(both(s3("one"), s3("One"))).toEqual([]);
    expect(both(cloud("one"), cloud("One"))).toEqual(["shared_state state"]);
    expect(both(local("../one"), local("../One"))).toEqual(["shared_state state"]);
  });

  test("another bucket, organization, host or folder is another state", () => {
    const both = (a: string, b: string) => fieldsOf(two(`${ID1}, state: ${a}`, `${ID2}, state: ${b}`));
    expect(both(s3("one"), s3("one").replace("my-bucket", "other"))).toEqual([]);
    expect(both(cloud("one"), cloud("one").replace("me,", "you,"))).toEqual([]);
    expect(both(cloud("one"), cloud("one").replace("}", ", hostname: tfe.example.com }"))).toEqual([]);
    expect(both(local("one"), local("one"))).toEqual([]);
    expect(both(local("one"), local("../a/one"))).toEqual(["shared_state state"]);
  });

  test("a # in a path is a character like any other", () => {
    expect(faultsOf(two(ID1, ID2, `{ state: ${local("../state#{account_name}")} }`))).toEqual([]);
  });
});

describe("defaults", () => {
  test("stand under each account, which may override or remove them", () => {
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

  test("of a state give way to another backend as a whole", () => {
    const s3 = "{ state: { backend: s3, bucket: my-bucket, region: eu-west-1 } }";
    const fleet = parseFleet(two(ID1, `${ID2}, state: { backend: local }`, s3));
    expect(fleet.get("a")?.state).toMatchObject({ backend: "s3", bucket: "my-bucket", region: "eu-west-1" });
    expect(fleet.get("b")?.state).toEqual({ backend: "local", path: "../../../terraform.b.tfstate" });
  });

  test("of a state are shared by accounts that name the backend themselves", () => {
    const state = "state: { backend: s3 }";
    expect(fieldsOf(two(`${ID1}, ${state}`, `${ID2}, ${state}`, "{ state: { bucket: my-bucket } }"))).toEqual([]);
  });

  test("cannot hold an id", () => {
    expect(placesOf(`${oneAccount()}defaults: { id: "111111111111" }\n`)).toEqual(["unknown_key 5:13"]);
  });

  test("need not hold what accounts hold", () => {
    expect(
      faultsOf(
        `${oneAccount('policies: { p: { policy_arn: "arn:aws:iam::aws:policy/X" } }')}defaults: { policies: { p: {} } }\n`,
      ),
    ).toEqual([]);
  });
});

describe("texts", () => {
  test.each(["${aws_iam_role.x.arn}", "%{ if true }x%{ endif }"])("%s is refused anywhere", (text) => {
    const quoted = `"${text}"`;
    const lines = [
      `tags: { k: ${quoted} }`,
      `role: { description: ${quoted} }`,
      `policies: { p: { policy_arn: ${quoted} } }`,
      `trust: { regions: [${quoted}] }`,
      `state: { backend: local, path: ${quoted} }`,
      `s3_buckets: { ${quoted}: { bucket: my-bucket, purpose: scripts } }`,
    ];
    const columns = lines.map((line) => line.indexOf(quoted) + 5);
    expect(placesOf(oneAccount(...lines))).toEqual(columns.map((column, index) => `template ${index + 5}:${column}`));
  });

  test("a template in the defaults is told once, at its place", () => {
    expect(placesOf(two(ID1, ID2, '{ tags: { k: "${x}" } }'))).toEqual(["template 1:24"]);
  });

  test("nothing of the file reaches the terminal as a control character", () => {
    const text = `accounts:\n  "\\e[31mX": { ${ID1}, region: eu-central-1 }\n  b: { ${ID1}, region: eu-central-1 }\n`;
    let message = "";
    try {
      parseFleet(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("\\u001b[31mX");
    expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  test("an alias inside its own anchor does not crash", () => {
    const text = `accounts:\n  a: &a\n    ${ID1}\n    region: eu-central-1\n    tags: *a\n`;
    expect(faultsOf(text).length).toBeGreaterThan(0);
  });

  test("the path of a local state does not crash, whatever it is", () => {
    expect(() => faultsOf(oneAccount('state: { backend: local, path: "//my server/state" }'))).not.toThrow();
  });

  test("settings may be shared by an anchor", () => {
    const text = `accounts:
  a: { ${ID1}, region: eu-central-1, tags: &tags { Owner: "{account_name}" } }
  b: { ${ID2}, region: eu-central-1, tags: *tags }
`;
    const fleet = parseFleet(text);
    expect([fleet.get("a")?.tags, fleet.get("b")?.tags]).toEqual([{ Owner: "a" }, { Owner: "b" }]);
  });
});

test("every placeholder is filled in, in defaults too", () => {
  const fleet = parseFleet(
    two(
      `${ID1}, tags: { own: "{account_name}.{account_id}" }`,
      ID2,
      '{ tags: { shared: "{account_id} {account_name} {region} {partition}" }, s3_buckets: { logs: { bucket: "logs-{account_id}", purpose: run_command } } }',
    ),
  );
  expect(fleet.get("a")?.tags).toEqual({ own: "a.111111111111", shared: "111111111111 a eu-central-1 aws" });
  expect(fleet.get("b")?.tags).toEqual({ shared: "222222222222 b eu-central-1 aws" });
  expect(fleet.get("b")?.s3Buckets).toMatchObject({ logs: { bucket: "logs-222222222222" } });
});
