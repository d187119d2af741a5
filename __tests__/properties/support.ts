import { stringify } from "yaml";
import { type InputError, InvalidInputError, parseFleet } from "../../lib";
import type { Fleet } from "../../lib/config/fleet";

const FILE = "fleet.yaml";

/** What comes of a text: accounts, or errors of which each tells what, where and what to do. Anything else that is thrown passes through. */
export function readText(text: string): Fleet | readonly InputError[] {
  try {
    return parseFleet(text, FILE);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    expect(error.errors.length).toBeGreaterThan(0);
    const lines = text.split("\n");
    for (const told of error.errors) expectTold(told, lines);
    // What a terminal shows of it is plain text.
    expect(error.message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    return error.errors;
  }
}

// In plain JavaScript: a long text may have a hundred thousand errors.
function expectTold(error: InputError, lines: readonly string[]): void {
  const { code, field, rule, fix, file, line = 0, column = 0 } = error;
  const said = /^[a-z][a-z0-9_]*$/.test(code) && [field, rule, fix].every((text) => text !== "") && file === FILE;
  // The end of a line has a place, too: the column after its last character.
  const placed = column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1;
  if (!said || !placed) throw new Error(`not told as an error must be: ${JSON.stringify(error)}`);
}

/** A file's value as YAML and as JSON, which is YAML as well. */
export const WRITTEN: readonly ((value: unknown) => string)[] = [
  (value) => stringify(value, { lineWidth: 0 }),
  (value) => JSON.stringify(value, null, 2),
];

/** Every text in a value: its keys, and its values that are texts. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value).flatMap(textsIn)];
}
