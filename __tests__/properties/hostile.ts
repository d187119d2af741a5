import fc from "fast-check";

/** Strings that a tool between the file and AWS might run, follow, or parse as its own syntax. */
const TEXTS: readonly string[] = [
  // Terraform and CDKTF
  ['${file("/etc/passwd")}', "${1+1}", "%{ for x in [1] }a%{ endfor }", "$${x}", "%%{x}", "$", "${"],
  ["${TfToken[TOKEN.0]}", "#{TfToken[TOKEN.0]}", "&{TfToken[TOKEN.0]}"],
  // this project
  ["{account_id}", "${account_name}", "{region}{partition}", "{unknown}"],
  // shells
  ["$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned; "', "'\\''", "-rf"],
  ["a\nEOF\ntouch owned\n", "a\n'@\nRemove-Item owned\n@'", "‘; Remove-Item owned; ’", "%PATH%", "$HOME"],
  ["file:///etc/passwd", "!!"],
  // JSON, HTML, YAML
  ['"},{"', '\\"', "\\u0041", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--"],
  ["&amp;", "!!js/function 'function () {}'", "*anchor", "<<", "yes", "0123456789", "1e3", "~", "", " "],
  // IAM
  ["*", "?"],
  // paths
  ["../../../../etc/passwd", "..", ".", "/", "C:\\Windows\\win.ini", "\\\\host\\share", "a/../../b", "NUL"],
  // characters
  ["\0", "a\0b", "\u001b[2J", "\u202egnp.exe", "\u2066a\u2069", "\u200f", "\u2028", "\ufeff", "\ud800"],
  ["\u{1f600}", "é", "e\u0301", "\r\n", "\t"],
  // JavaScript
  ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "then"],
  // length
  ["a".repeat(70), "a".repeat(2_000)],
].flat();

/** A hostile string. */
export const hostileText = fc.constantFrom(...TEXTS);

/** Returns the hostile strings that pass a test: those that the rules of a field allow. */
export function hostileTexts(passes: (text: string) => boolean): readonly string[] {
  return TEXTS.filter(passes);
}

/** Any value that a file may contain, which has the wrong type in most places. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 1e21, 2 ** 53, [], {}, [[]], [null], { "": "" }),
  hostileText.map((name) => Object.fromEntries([[name, { polluted: true }]])),
  hostileText.map((text) => [text, text]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Keys of JavaScript's own objects. Hostile input added any others. */
const OWN = new Map([Object, Array, Function, String].map(({ prototype }) => [prototype, Reflect.ownKeys(prototype)]));

/** Expects that hostile input has not changed any object's prototype. */
export function expectNoPollution(): void {
  for (const [prototype, keys] of OWN) expect(Reflect.ownKeys(prototype)).toEqual(keys);
}
