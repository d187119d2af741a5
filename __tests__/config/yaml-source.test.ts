import { YamlSource } from "../../lib/config/yaml-source";
import { workOf } from "../properties/work";

const TEXT = `defaults: &shared
  tags: { Owner: "x", 'my key': y }
accounts:
  a:
    id: 012345678901
    list:
      - first
      - second
  b: *shared
`;

const source = (text: string) => new YamlSource("f.yaml", text);
const errorsOf = (text: string) =>
  source(text).errors.map(({ code, line, column, field }) => `${code} ${line}:${column} ${field}`);

test.each([
  [["defaults", "tags", "Owner"], { line: 2, column: 18 }],
  [["defaults", "tags", "my key"], { line: 2, column: 33 }],
  [["accounts", "a"], { line: 5, column: 5 }],
  [["accounts", "a", "list", "1"], { line: 8, column: 9 }],
  [["accounts", "b", "tags", "Owner"], { line: 2, column: 18 }],
  [["accounts", "c"], undefined],
  [["accounts", "a", "list", "2"], undefined],
  [["accounts", "a", "id", "x"], undefined],
])("%j has its place", (path, place) => {
  expect(source(TEXT).locate(path)).toEqual(place);
});

test("a key has its own place", () => {
  expect(source(TEXT).locate(["accounts", "a"], true)).toEqual({ line: 4, column: 3 });
  expect(source("a:\n  b:\n").locate(["a", "b"])).toEqual({ line: 2, column: 5 });
});

test("a number that JavaScript would write differently is kept as written", () => {
  expect(source(TEXT).value).toMatchObject({ accounts: { a: { id: "012345678901" } } });
  const text = "[1.10, 007, 0x10, 1e3, +5, 3600, 1.5, -2, true, True, ~, 0o17]";
  expect(source(text).value).toEqual(["1.10", "007", "0x10", "1e3", "+5", 3600, 1.5, -2, true, true, null, "0o17"]);
});

test("a string that is not YAML is one error at its place", () => {
  const { errors, value } = source('a: 1\nb: "open\n');
  expect(value).toBeUndefined();
  expect(errors).toEqual([
    {
      file: "f.yaml",
      line: 2,
      column: 4,
      field: "YAML",
      code: "yaml_syntax",
      rule: expect.stringMatching(/^must be valid YAML: Missing closing "quote/),
      fix: "Correct the YAML at this place. Inside { } or [ ], a string with a placeholder such as {account_id} needs quotes.",
    },
  ]);
});

test.each([
  ["a tab for indentation", "a:\n\tb: 1\n"],
  ["two documents", "a: 1\n---\nb: 2\n"],
  ["a placeholder without quotes in a flow mapping", "a: { b: {account_id}-x }\n"],
])("%s is not YAML here", (_, text) => {
  expect(source(text).errors.map(({ code }) => code)).toEqual(["yaml_syntax"]);
});

test("a duplicate key is an error at its second place", () => {
  const text = "accounts:\n  a:\n    tags: 1\n    region: x\n    tags: 2\n";
  expect(source(text).errors).toEqual([
    {
      file: "f.yaml",
      line: 5,
      column: 5,
      account: "a",
      field: "tags",
      code: "duplicate_key",
      rule: "must not be a duplicate key.",
      fix: "The key is already on line 3. Merge the two.",
    },
  ]);
  expect(errorsOf("a: { 1: x, '1': y }\n")).toEqual(['duplicate_key 1:12 a["1"]']);
  expect(errorsOf("accounts:\n  a: {}\n  a: {}\n")).toEqual(['duplicate_key 3:3 "a"']);
  expect(errorsOf("a: 1\nb: { a: 1 }\n")).toEqual([]);
});

test.each(["${x}", "a-%{ if true }b", "$${x}", "#{TfToken[TOKEN.0]}", "&{TfToken[x]}"])(
  "%s is refused in any value and any key",
  (text) => {
    expect(errorsOf(`defaults:\n  tags:\n    "${text}": "${text}"\nother: ["${text}"]\n`)).toEqual([
      `template 3:5 defaults.tags["${text}"]`,
      `template 3:${5 + text.length + 4} defaults.tags["${text}"]`,
      'template 4:9 other["0"]',
    ]);
  },
);

test.each(["\\0", "\\e", "\\x7f", "\\x9b", "\\u061c", "\\u200e", "\\u202e", "\\u2066"])(
  "the hidden character %s is refused as a value and as a key",
  (written) => {
    expect(errorsOf(`a: "x${written}y"\n`)).toEqual(["hidden_character 1:4 a"]);
    expect(source(`"x${written}y": 1\n`).errors.map(({ code }) => code)).toEqual(["hidden_character"]);
  },
);

test("a dollar sign without a brace, line breaks, tabs and letters of any script are valid in strings", () => {
  expect(errorsOf('a: "$ { % { $x {x}"\nb: "x\\n\\r\\ty"\nc: Größe 日本\n')).toEqual([]);
});

test("__proto__ is refused as a key and as a value, and does not pollute prototypes", () => {
  expect(errorsOf("a:\n  __proto__: { polluted: 1 }\nb: __proto__\n")).toEqual([
    "reserved_key 2:3 a.__proto__",
    "reserved_key 3:4 b",
  ]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("anchors can be used often, but not multiply", () => {
  const often = `a: &a { x: 1 }\nb: [${new Array(1000).fill("*a").join(", ")}]\n`;
  expect(errorsOf(often)).toEqual([]);
  const levels = Array.from(
    { length: 9 },
    (_, n) => `l${n + 1}: &l${n + 1} [${new Array(9).fill(`*l${n}`).join(", ")}]`,
  );
  const bomb = source(["l0: &l0 x", ...levels, ""].join("\n"));
  expect(bomb.value).toBeUndefined();
  expect(bomb.errors.map(({ code, rule }) => [code, rule])).toEqual([
    ["yaml_aliases", "must not use its anchors more than 10,000 times; nested uses multiply."],
  ]);
});

test.each([
  ["a: 1\nb: *missing\n", "2:4", "must have an anchor &missing before it."],
  ["a: &a\n  b: *a\n", "2:6", "must not be used inside its own anchor &a."],
])("the alias in %j is an error", (text, place, rule) => {
  expect(source(text).errors.map((error) => [`${error.line}:${error.column}`, error.rule])).toEqual([[place, rule]]);
});

test("the work is linear in the number of keys", () => {
  const [half, whole] = [5_000, 10_000].map((length) => {
    const keys = Array.from({ length }, (_, index) => `k${index}: 1\n`).join("");
    return workOf(() => expect(errorsOf(keys)).toEqual([]));
  }) as [number, number];
  expect(whole / half).toBeLessThan(3);
});

test("anchors cannot be used more than ten thousand times in sequence", () => {
  expect(errorsOf(`a: &a x\nb:\n${"- *a\n".repeat(10_001)}`)).toEqual(["yaml_aliases 1:1 YAML"]);
});

test("an alias refers to the last anchor before it, and can be a key", () => {
  expect(source("a: &x 1\nb: &x { c: 2 }\nd: *x\n").locate(["d", "c"])).toEqual({ line: 2, column: 12 });
  expect(errorsOf("a: &x b\n? *x\n: 1\n")).toEqual([]);
  expect(errorsOf("? *x\n: 1\n")).toEqual(['yaml_alias 1:3 ["*x"]']);
});

test.each([
  ["lists", "[".repeat(100), "1:65"],
  ["closed lists", `${"[".repeat(5000)}${"]".repeat(5000)}`, "1:65"],
  ["sequences", "- ".repeat(100), "1:128"],
  ["a million lists", "[".repeat(1_000_000), "1:65"],
])("%s in each other are refused at the maximum depth", (_, text, place) => {
  expect(errorsOf(text)).toEqual([`yaml_depth ${place} YAML`]);
  expect(source(text).errors[0]?.rule).toBe("must not nest more than 64 levels deep.");
});

test("a string of more than 10 MB is refused without parsing", () => {
  expect(errorsOf("#".repeat(10_000_001))).toEqual(["yaml_length 1:1 YAML"]);
});

test.each([
  ["a: !Ref b", "1:4", "!Ref"],
  ["a: [x, !!merge b]", "1:8", "tag:yaml.org,2002:merge"],
  ["? { !!merge a: b }\n: 1", "1:5", "tag:yaml.org,2002:merge"],
  ["a: !!%6derge x", "1:4", "tag:yaml.org,2002:merge"],
  ["!!binary YQ==: 1", "1:1", "tag:yaml.org,2002:binary"],
  ["a: !!set { b }", "1:4", "tag:yaml.org,2002:set"],
])("the tag in %j is refused: only JSON types are known", (text, place, tag) => {
  const rule = `must contain only plain strings, numbers, lists and maps: Unresolved tag: ${tag}.`;
  expect(errorsOf(text).map((error) => error.split(" ", 2))).toEqual([["yaml_tag", place]]);
  expect(source(text).errors[0]?.rule).toBe(rule);
});

test("tags of JSON types are accepted, and a key << merges", () => {
  expect(source('a: !!str 012\n<<: { b: !!int "1" }').value).toEqual({ a: "012", b: 1 });
});
