import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFleet, parseFleet } from "../../lib";
import { accountOf, errorsIn, errorsOf, oneAccount, placesOf, synthAccount } from "../support";

// Files of real users: from public bug reports, and from a first-time user.

test("a key that YAML reads as a number, a boolean or null is kept as written", () => {
  const { tags } = accountOf(
    oneAccount("tags: { 0042: a, 1.10: b, 007: c, 1e3: d, 0x10: e, true: f, null: g, ~: h }".replace(", ~: h", "")),
  );
  expect(tags).toEqual({ "0042": "a", "1.10": "b", "007": "c", "1e3": "d", "0x10": "e", true: "f", null: "g" });
  const fleet = parseFleet('accounts:\n  012345678901: { id: "012345678901", region: eu-central-1 }\n');
  expect([...fleet.keys()]).toEqual(["012345678901"]);
  expect(placesOf(oneAccount("tags: { 0042: a, '0042': b }"))).toEqual(["duplicate_key 5:22"]);
});

test.each([
  ["in the account", "tags: { Owner: a, owner: b }", 'tags["owner"]', "5:23"],
  [
    "of nodes",
    "user_access: { x: { level: operator, node_tags: { Site: a, SITE: b } } }",
    'user_access["x"].node_tags["SITE"]',
    "5:64",
  ],
  ["of machines", "activations: { x: { tags: { Line: a, LINE: b } } }", 'activations["x"].tags["LINE"]', "5:42"],
])("tag keys that differ only in case, %s, are an error at the second", (_, field, name, place) => {
  expect(
    errorsOf(oneAccount(field)).map(({ field, line, column, rule }) => [
      field.replaceAll(".x", '["x"]').replace(".owner", '["owner"]'),
      `${line}:${column}`,
      rule,
    ]),
  ).toEqual([[name, place, "must not differ from another tag key only in case: IAM tag keys are not case-sensitive."]]);
});

test("a tag of an account must not differ from one in defaults only in case", () => {
  const text = `defaults: { tags: { Owner: a } }\n${oneAccount("tags: { owner: b }")}`;
  expect(placesOf(text)).toEqual(["tag_twice 6:13"]);
});

test.each([
  "x--usw2-az1--x-s3",
  "x-s3alias",
  "x--ol-s3",
  "xn--x",
  "sthree-x",
  "amzn-s3-demo-bucket",
  "x.mrap",
  "x--table-s3",
])("the bucket %s, a name that S3 reserves, is refused", (bucket) => {
  const errors = errorsOf(oneAccount(`s3_buckets: { x: { bucket: ${bucket}, prefix: "", purpose: scripts } }`));
  expect(errors.map(({ code, page }) => [code, page])).toEqual([
    ["bucket_name", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"],
  ]);
});

test.each(["CON", "nul", "Aux", "com1", "LPT9"])(
  "the account %s is refused: Windows cannot create such a folder",
  (name) => {
    expect(placesOf(`accounts:\n  ${name}: { id: "111111111111", region: eu-central-1 }\n`)).toEqual([
      "account_name 2:3",
    ]);
  },
);

test("top-level keys that begin with x- and merge keys work as in Compose and GitLab", () => {
  const text = `
x-common: &common { region: eu-central-1, tags: { Owner: platform } }
x-more: &more { cloudwatch_agent: { default: {} } }
accounts:
  a: { <<: *common, id: "111111111111" }
  b: { <<: [*common, *more], id: "222222222222", region: eu-west-1 }
`;
  const fleet = parseFleet(text);
  expect(fleet.get("a")).toMatchObject({ region: "eu-central-1", tags: { Owner: "platform" } });
  expect(fleet.get("b")).toMatchObject({ region: "eu-west-1", cloudwatchAgent: { default: {} } });
  // An error in what is merged has the place of its own.
  expect(placesOf(text.replace("eu-central-1", "eu-central-9"))).toEqual(["region 2:29"]);
});

test.each([
  ["https://s.example.com/state?name=one", "https://s.example.com/state/lock?name=one"],
  ["https://s.example.com/state/", "https://s.example.com/state/lock"],
  ["https://s.example.com/state", "https://s.example.com/state/lock"],
  ["https://s.example.com/state/?a=/", "https://s.example.com/state/lock?a=/"],
])("the lock of the state at %s is at %s", (address, lock) => {
  const account = accountOf(oneAccount(`state: { backend: http, address: "${address}" }`));
  expect(JSON.stringify(synthAccount(account))).toContain(`"lock_address":"${lock}"`);
});

test("a CDKTF token that results from placeholders is an error at its place", () => {
  const text =
    'accounts:\n  TfToken: { id: "111111111111", region: eu-central-1, tags: { x: "#{{account_name}[TOKEN.0]}" } }\n';
  expect(placesOf(text)).toContain("template 2:67");
});

const FILE = oneAccount("tags: { Owner: Größe }");
test.each([
  ["UTF-8", Buffer.from(FILE)],
  ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${FILE}`)],
  ["UTF-16, as PowerShell 5.1 writes it", Buffer.from(`\ufeff${FILE}`, "utf16le")],
  ["UTF-16, the other way round", Buffer.from(`\ufeff${FILE}`, "utf16le").swap16()],
])("a file in %s is read", (_, bytes) => {
  expect(load(bytes).get("a")?.tags).toEqual({ Owner: "Größe" });
});

test.each([
  ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ["Latin-1", Buffer.from(FILE, "latin1")],
])("a file in %s is refused, with a fix", (_, bytes) => {
  const [error] = errorsIn(() => load(bytes));
  expect([error?.rule, error?.fix]).toEqual([
    "must be UTF-8 text.",
    "Save it as UTF-8. In PowerShell: Set-Content -Encoding utf8.",
  ]);
});

function load(bytes: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), "load-"));
  try {
    writeFileSync(join(folder, "accounts.yaml"), bytes);
    return loadFleet(join(folder, "accounts.yaml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ["at the end of the file", 'a: 1\nb: "open\nc: 2\n', "2:4"],
  ["before another quote", 'a: 1\nb: "open\nc: "closed"\n', "2:4"],
  ["of the other kind", "a: 1\nb: 'open\nc: 'closed'\n", "2:4"],
  ["in a flow mapping", "a: { b: 'open, c: 1 }\nd: 2\n", "1:9"],
  ["in a string that another quote ends", 'a: { b: "open,\n c: "closed" }\n', "1:9"],
])("a missing closing quote %s is an error at the opening quote", (_, text, place) => {
  expect(placesOf(text)[0]).toBe(`yaml_syntax ${place}`);
});
