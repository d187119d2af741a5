import { type Fault, formatFault, InvalidInputError } from "../input/errors";
import type { PathFault } from "../input/issues";
import type { YamlSource } from "./yaml-source";

/** A string with one of these errors is wrong as such: what the schema finds in it adds nothing. */
const TEXT_CODES = new Set(["template", "hidden_character", "reserved_key"]);

interface Found {
  readonly fault: Fault;
  readonly ofFile: boolean;
  /** The accounts in which it was found. An error in the defaults may be in many. */
  readonly accounts: Set<string>;
}

/** Collects the errors of a file, each once and with its place. */
export class Report {
  /** What {@link notice} added, as it is shown. */
  readonly notices: string[] = [];
  private readonly found = new Map<string, Found>();

  constructor(private readonly source: YamlSource) {
    for (const fault of source.faults) this.push(fault, fault.account);
  }

  /** Adds an error of an account. Its place is the account's own field, the field of the defaults, or what lacks the field. */
  add(account: string, fault: PathFault): void {
    const own = ["accounts", account, ...fault.path];
    const inherited = ["defaults", ...fault.path];
    if (fault.path.length > 0 && !this.source.locate(own) && this.source.locate(inherited)) {
      this.push(this.placed(inherited, { ...fault, field: `defaults.${fault.field}` }), account);
    } else {
      this.push({ ...this.placed(own, fault), account }, account);
    }
  }

  /** Adds what is valid and has no effect, of an account or of the defaults. */
  notice(fault: PathFault, account?: string): void {
    const place = account === undefined ? ["defaults"] : ["accounts", account];
    const field = account === undefined ? `defaults.${fault.field}` : fault.field;
    const placed = this.placed([...place, ...fault.path], { ...fault, field });
    this.notices.push(formatFault({ file: this.source.file, ...placed, ...(account !== undefined && { account }) }));
  }

  addTop(fault: PathFault): void {
    this.push(this.placed(fault.path, fault));
  }

  /** @throws InvalidInputError if any error was added, with all of them in the order of the file */
  throwIfAny(): void {
    if (this.found.size === 0) return;
    const faults = [...this.found.values()].map(({ fault, ofFile, accounts }) => {
      const several = fault.account === undefined && !ofFile && accounts.size > 1;
      return several ? { ...fault, rule: `${fault.rule} (In ${accounts.size} accounts.)` } : fault;
    });
    faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    throw new InvalidInputError(faults);
  }

  private push(fault: Fault, account?: string): void {
    const place = `${fault.line}:${fault.column}`;
    const key = TEXT_CODES.has(fault.code) ? place : `${place} ${fault.code} ${fault.field}`;
    if (this.found.has(place)) return;
    const placed = { file: this.source.file, ...fault };
    const known = this.found.get(key) ?? { fault: placed, ofFile: account === undefined, accounts: new Set() };
    if (account !== undefined) known.accounts.add(account);
    this.found.set(key, known);
  }

  /** The error with its place; for a field that is missing, the place of the key around it. */
  private placed(where: readonly string[], { path: _, inKey, ...fault }: PathFault): Fault {
    const depth = where.findLastIndex((_part, index) => this.source.locate(where.slice(0, index + 1))) + 1;
    const place = depth > 0 && this.source.locate(where.slice(0, depth), inKey || depth < where.length);
    return { ...fault, ...(place || { line: 1, column: 1 }) };
  }
}
