import { formatError, type InputError, InvalidInputError } from "../input/errors";
import type { FieldError } from "../input/issues";
import type { YamlSource } from "./yaml-source";

/** Errors that make a whole string invalid. The schema's errors for that string are dropped. */
const TEXT_CODES = new Set(["template", "hidden_character", "reserved_key"]);

interface Found {
  readonly error: InputError;
  readonly ofFile: boolean;
  /** Accounts with the error. An error in the defaults may be in many. */
  readonly accounts: Set<string>;
}

/** Collects the errors of a file, each once and with its place. */
export class Report {
  /** Formatted notices that {@link notice} added. */
  readonly notices: string[] = [];
  private readonly found = new Map<string, Found>();

  constructor(private readonly source: YamlSource) {
    for (const error of source.errors) this.push(error, error.account);
  }

  /** Adds an error of an account. Its place is the account's field, the field in defaults, or the map in which the field is missing. */
  add(account: string, error: FieldError): void {
    const own = ["accounts", account, ...error.path];
    const inherited = ["defaults", ...error.path];
    if (error.path.length > 0 && !this.source.locate(own) && this.source.locate(inherited)) {
      this.push(this.placed(inherited, { ...error, field: `defaults.${error.field}` }), account);
    } else {
      this.push({ ...this.placed(own, error), account }, account);
    }
  }

  /** Adds a notice for a valid setting that has no effect, in an account or in the defaults. */
  notice(error: FieldError, account?: string): void {
    const place = account === undefined ? ["defaults"] : ["accounts", account];
    const field = account === undefined ? `defaults.${error.field}` : error.field;
    const placed = this.placed([...place, ...error.path], { ...error, field });
    this.notices.push(formatError({ file: this.source.file, ...placed, ...(account !== undefined && { account }) }));
  }

  addTop(error: FieldError): void {
    this.push(this.placed(error.path, error));
  }

  /** @throws InvalidInputError if any error was added, with all of them in the order of the file */
  throwIfAny(): void {
    if (this.found.size === 0) return;
    const errors = [...this.found.values()].map(({ error, ofFile, accounts }) => {
      const several = error.account === undefined && !ofFile && accounts.size > 1;
      return several ? { ...error, rule: `${error.rule} (In ${accounts.size} accounts.)` } : error;
    });
    errors.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    throw new InvalidInputError(errors);
  }

  private push(error: InputError, account?: string): void {
    const place = `${error.line}:${error.column}`;
    const key = TEXT_CODES.has(error.code) ? place : `${place} ${error.code} ${error.field}`;
    if (this.found.has(place)) return;
    const placed = { file: this.source.file, ...error };
    const known = this.found.get(key) ?? { error: placed, ofFile: account === undefined, accounts: new Set() };
    if (account !== undefined) known.accounts.add(account);
    this.found.set(key, known);
  }

  /** Returns the error with its place. For a missing field, this is the place of the key around it. */
  private placed(where: readonly string[], { path: _, inKey, ...error }: FieldError): InputError {
    const depth = where.findLastIndex((_part, index) => this.source.locate(where.slice(0, index + 1))) + 1;
    const place = depth > 0 && this.source.locate(where.slice(0, depth), inKey || depth < where.length);
    return { ...error, ...(place || { line: 1, column: 1 }) };
  }
}
