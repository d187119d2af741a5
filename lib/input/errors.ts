/** One error in the input. */
export interface InputError {
  /** Stable name of the rule, for example `iam_role_name`. */
  readonly code: string;
  /** Field, by its names in the file: `role.name`, `s3_buckets["logs"].bucket`. */
  readonly field: string;
  /** Value of the field. @default - the field is missing */
  readonly value?: unknown;
  /** Requirement: a clause that begins with "must", or a sentence. */
  readonly rule: string;
  /** How to fix it. */
  readonly fix: string;
  /** AWS or Terraform page that documents the rule. @default - a rule of this project */
  readonly page?: string;
  /** Name of the account in the file. @default - the error is in `defaults` or in the file as a whole */
  readonly account?: string;
  /** Name of the file. @default - the value came from a program */
  readonly file?: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** Column in the line, from 1. */
  readonly column?: number;
}

/** Maximum number of errors in a message. `errors` contains all. */
const MOST_ERRORS = 200;

/** All errors of an input. The message lists them. When this error is thrown, no file has been written. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";

  /** @param errors - the errors, at least one, in the order in which they are shown */
  constructor(readonly errors: readonly InputError[]) {
    const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
    const rest = errors.length > MOST_ERRORS ? `, ${errors.length - MOST_ERRORS} of them not shown` : "";
    const last = `${count}${rest}; nothing was written.`;
    super([...errors.slice(0, MOST_ERRORS).map(formatError), last].join("\n\n"));
  }
}

const LONGEST_VALUE = 120;

/** Control characters except line breaks and tabs, and characters that change the text direction. */
export const HIDDEN_CHARACTERS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Replaces hidden characters with escapes. A terminal could interpret them. */
export function visible(text: string): string {
  return text.replace(new RegExp(HIDDEN_CHARACTERS, "g"), unicodeEscape);
}

/** Returns a character as a JSON escape. */
export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Returns a value as one line of JSON, truncated after 120 characters. */
export function show(value: unknown): string {
  const text = visible(JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)` : text;
}

/** Formats an error: its place and value, the rule, and what to write instead. */
export function formatError(error: InputError): string {
  const place = error.file && [error.file, error.line, error.column].filter((part) => part !== undefined).join(":");
  const account = error.account === undefined ? "" : `account ${show(error.account)}`;
  const value = error.value === undefined ? error.field : `${error.field} = ${show(error.value)}`;
  const lines = [
    [place, account, value].filter(Boolean).join("  "),
    `    ${error.rule} [${error.code}]`,
    `    ${error.fix}${error.page ? ` See ${error.page}` : ""}`,
  ];
  return lines.map(visible).join("\n");
}
