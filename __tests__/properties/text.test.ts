import { readFileSync } from "node:fs";
import fc from "fast-check";
import { FULL } from "../full";
import { spoilt, validFleet } from "./fleet";
import { hostileText } from "./hostile";
import { holdsFor } from "./property";
import { readText, WRITTEN } from "./support";
import { workOf } from "./work";

const EXAMPLE = readFileSync("accounts.yaml", "utf8");

/** Pieces of YAML, and strings that some YAML parsers interpret. */
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

/** A valid file with some pieces replaced. */
const spoiltText = fc
  .array(fc.record({ at: fc.nat(), length: fc.nat({ max: 9 }), by: piece }), { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.reduce((text, { at, length, by }) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + by + text.slice(start + length);
    }, EXAMPLE),
  );

test("any string is read, or refused with errors that have a place", () => {
  const pieces = fc.array(piece, { maxLength: 30 }).map((all) => all.join(""));
  const texts = fc.oneof(spoiltText, pieces, fc.string({ unit: "binary", maxLength: 200 }));
  holdsFor(texts, { sample: 50, full: 4_000 }, readText);
});

test("any file gives the same result as YAML and as JSON", () => {
  let read = 0;
  const cases = { sample: 30, full: 3_000 };
  holdsFor(spoilt(validFleet), cases, (value) => {
    const [yaml, json] = WRITTEN.map((write) => readText(write(value)));
    expect(yaml instanceof Map).toBe(json instanceof Map);
    if (!(yaml instanceof Map)) return;
    expect(yaml).toEqual(json);
    read += 1;
  });
  // The property means little if almost no file is valid.
  expect(read).toBeGreaterThan((FULL ? cases.full : cases.sample) / 20);
});

test("a file longer than 10 MB is refused before it is parsed", () => {
  const work = workOf(() => {
    expect(readText("#".repeat(10_000_001))).toMatchObject([{ code: "yaml_length", line: 1, column: 1 }]);
  });
  expect(work).toBeLessThan(10_000_001 / 10);
});

/** Length of the longer strings: that of a fleet of a hundred accounts, or less in a quick test. */
const LENGTH = FULL ? 100_000 : 20_000;

/** Repeats a piece up to a length. */
const fill = (piece: string) => (length: number) => piece.repeat(length / piece.length);
/** Returns pieces that each contain a number. */
const numbered = (write: (index: number) => string) => (length: number) =>
  [...Array(Math.floor(length / write(10_000).length))].map((_, index) => write(index)).join("");
const account = (fields: string) => `accounts: { a: { id: "111111111111", region: eu-central-1, ${fields} } }`;

test.each<[string, (length: number) => string]>([
  ["escapes", (n) => `accounts: "${fill("\\u0041")(n)}"`],
  ["comments", fill("# a\n")],
  ["NUL", fill("\0")],
  ["lists in lists", fill("[")],
  ["closed lists in lists", (n) => `${"[".repeat(n / 2)}${"]".repeat(n / 2)}`],
  ["mappings in mappings", fill("{a: ")],
  ["sequences in sequences", fill("- ")],
  ["keys of keys", fill("? ")],
  ["documents", fill("---\n")],
  ["tags", fill("!!js/function ")],
  ["items", (n) => `accounts:\n${fill("- a\n")(n)}`],
  ["unknown keys", numbered((index) => `a${index}:\n`)],
  ["the same key", fill("a:\n")],
  ["accounts without fields", (n) => `accounts:\n${numbered((index) => `  a${index}:\n`)(n)}`],
  // More than the allowed 10,000: below that, `yaml` searches the whole file for the anchor of each use.
  ["uses of an anchor", (n) => `a: &a b\nc:\n${fill("- *a\n")(6 * n)}`],
  ["anchors in anchors", (n) => `a0: &a0 b\n${numbered((index) => `a${index + 1}: &a${index + 1} [*a${index}]\n`)(n)}`],
  ["a folder in folders", (n) => account(`role: { path: "/${fill("a/")(n)}*" }`)],
  ["a name with dots", (n) => account(`s3_buckets: { a: { bucket: "${fill("a.")(n)}-", purpose: scripts } }`)],
  ["unknown regions", (n) => account(`trust: { regions: [${fill("a,")(n)}] }`)],
  ["tags of resources", (n) => account(`tags: { ${numbered((index) => `a${index}: b, `)(n)} }`)],
  ["templates", (n) => account(`trust: { regions: [${fill('"${",')(n)}] }`)],
])("a long file of %s is refused, with twice the work for twice the length", (_, write) => {
  const [half, whole] = [LENGTH / 2, LENGTH].map((length) =>
    workOf(() => {
      expect(readText(write(length))).toBeInstanceOf(Array);
    }),
  ) as [number, number];
  // Quadratic work would be four times as much. Files that are refused at the beginning need only a few hundred calls, many of them from
  // other code in the process. Therefore work below one call per character is not compared.
  expect(whole / Math.max(half, LENGTH / 2)).toBeLessThan(3);
});
