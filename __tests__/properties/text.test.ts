import { readFileSync } from "node:fs";
import fc from "fast-check";
import { FULL } from "../full";
import { spoilt, validFleet } from "./fleet";
import { hostileText } from "./hostile";
import { holdsFor } from "./property";
import { readText, WRITTEN } from "./support";

const EXAMPLE = readFileSync("accounts.yaml", "utf8");

/** Pieces of YAML, and what some reader of YAML makes more of than a text. */
const SYNTAX = [
  ..."&a|*a|<<: *a|<<: [*a, *a]|&a [*a]|? |: |- |---\n|...\n|%YAML 1.1\n|%TAG ! tag:x,2000:\n|!!js/function |!!python/object/apply:os.system".split(
    "|",
  ),
  ...["!!binary ", "!!set ", "!!omap ", "!!merge ", "!!int ", "!!null ", "!<tag:yaml.org,2002:map> ", "!x "],
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    "|\n",
    ">-\n",
    "|9\n",
    "'",
    '"',
    '"\\x',
    "#",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "  ",
    "\ufeff",
    "\u0085",
    "\u2028",
  ],
  ...[
    "accounts:\n",
    "  a:\n",
    "    id: ",
    "defaults:\n",
    "null",
    ".nan",
    ".inf",
    "0x1F",
    "0o7",
    "2001-01-01",
    "__proto__: ",
  ],
];
const piece = fc.oneof(fc.constantFrom(...SYNTAX), hostileText, fc.string({ unit: "binary", maxLength: 5 }));

/** A file that was right, with pieces of it replaced. */
const spoiltText = fc
  .array(fc.record({ at: fc.nat(), length: fc.nat({ max: 9 }), by: piece }), { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.reduce((text, { at, length, by }) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + by + text.slice(start + length);
    }, EXAMPLE),
  );

test("any text is read, or refused with faults that have a place", () => {
  const pieces = fc.array(piece, { maxLength: 30 }).map((all) => all.join(""));
  const texts = fc.oneof(spoiltText, pieces, fc.string({ unit: "binary", maxLength: 200 }));
  holdsFor(texts, { sample: 50, full: 4_000 }, readText);
});

test("any file is read the same as YAML and as JSON, or refused for the same", () => {
  let read = 0;
  const cases = { sample: 30, full: 3_000 };
  holdsFor(spoilt(validFleet), cases, (value) => {
    const [yaml, json] = WRITTEN.map((write) => readText(write(value)));
    expect(yaml instanceof Map).toBe(json instanceof Map);
    if (!(yaml instanceof Map)) return;
    expect(yaml).toEqual(json);
    read += 1;
  });
  // The property would say little if next to nothing passed.
  expect(read).toBeGreaterThan((FULL ? cases.full : cases.sample) / 20);
});

test("a file longer than 10 MB is refused at once", () => {
  const start = performance.now();
  expect(readText("#".repeat(10_000_001))).toMatchObject([{ code: "yaml_length", line: 1, column: 1 }]);
  expect(performance.now() - start).toBeLessThan(2_000);
});

/** Length of the long texts: that of a fleet of a hundred accounts, or as much as a quick test bears. */
const LENGTH = FULL ? 100_000 : 20_000;
/** Time in which one of them is refused, in milliseconds: the parser's own time, and less than ten times that. */
const LONGEST = FULL ? 30_000 : 3_000;

const fill = (piece: string) => piece.repeat(LENGTH / piece.length);
/** Pieces with a number in each. */
const numbered = (write: (index: number) => string) =>
  [...Array(Math.floor(LENGTH / write(10_000).length))].map((_, index) => write(index)).join("");
const account = (fields: string) => `accounts: { a: { id: "111111111111", region: eu-central-1, ${fields} } }`;

test.each([
  ["escapes", `accounts: "${fill("\\u0041")}"`],
  ["comments", fill("# a\n")],
  ["NUL", fill("\0")],
  ["lists in lists", fill("[")],
  ["closed lists in lists", `${"[".repeat(LENGTH / 2)}${"]".repeat(LENGTH / 2)}`],
  ["mappings in mappings", fill("{a: ")],
  ["sequences in sequences", fill("- ")],
  ["keys of keys", fill("? ")],
  ["documents", fill("---\n")],
  ["tags", fill("!!js/function ")],
  ["items", `accounts:\n${fill("- a\n")}`],
  ["unknown keys", numbered((index) => `a${index}:\n`)],
  ["the same key", fill("a:\n")],
  ["accounts without fields", `accounts:\n${numbered((index) => `  a${index}:\n`)}`],
  ["uses of an anchor", `a: &a b\nc:\n${fill("- *a\n")}`],
  ["anchors in anchors", `a0: &a0 b\n${numbered((index) => `a${index + 1}: &a${index + 1} [*a${index}]\n`)}`],
  ["a folder in folders", account(`role: { path: "/${fill("a/")}*" }`)],
  ["a name with dots", account(`s3_buckets: { a: { bucket: "${fill("a.")}-", purpose: scripts } }`)],
  ["unknown regions", account(`trust: { regions: [${fill("a,")}] }`)],
  ["tags of resources", account(`tags: { ${numbered((index) => `a${index}: b, `)} }`)],
  ["templates", account(`trust: { regions: [${fill('"${",')}] }`)],
])("a long file of %s is refused in time", (_, text) => {
  const start = performance.now();
  expect(readText(text)).toBeInstanceOf(Array);
  expect(performance.now() - start).toBeLessThan(LONGEST);
});
