import { stringify } from "yaml";
import { type InputError, InvalidInputError, parseFleet } from "../../lib";
import type { Fleet } from "../../lib/config/fleet";

const FILE = "fleet.yaml";

/** Reads a string and returns accounts, or errors that are all complete. Any other exception passes through. */
export function readText(text: string): Fleet | readonly InputError[] {
  try {
    return parseFleet(text, FILE);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    expect(error.errors.length).toBeGreaterThan(0);
    const lines = text.split("\n");
    for (const one of error.errors) expectComplete(one, lines);
    // A terminal shows plain text.
    expect(error.message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    return error.errors;
  }
}

// Plain JavaScript, not Jest's matchers: a long string may have a hundred thousand errors.
function expectComplete(error: InputError, lines: readonly string[]): void {
  const { code, field, rule, fix, file, line = 0, column = 0 } = error;
  const complete = /^[a-z][a-z0-9_]*$/.test(code) && [field, rule, fix].every((text) => text !== "") && file === FILE;
  // The end of a line is a place, too: the column after its last character.
  const placed = column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1;
  if (!complete || !placed) throw new Error(`not a complete error: ${JSON.stringify(error)}`);
}

/** Formats of a file's value: YAML, and JSON, which is valid YAML. */
export const WRITTEN: readonly ((value: unknown) => string)[] = [
  (value) => stringify(value, { lineWidth: 0 }),
  (value) => JSON.stringify(value, null, 2),
];

/** Returns every string in a value: its keys, and its values that are strings. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value).flatMap(textsIn)];
}
