import { type Fault, InvalidInputError } from "../input/errors";
import type { PathFault } from "../input/issues";
import type { YamlSource } from "./yaml-source";

/** A value with one of these faults is wrong as a text: what the schema would say of it adds nothing. */
const TEXT_CODES = new Set(["template", "hidden_character", "reserved_key"]);

interface Found {
  readonly fault: Fault;
  /** Found without regard to any account. */
  readonly ofFile: boolean;
  /** The accounts in which it was found: many, for a fault of the defaults. */
  readonly accounts: Set<string>;
}

/** Collects the faults of a file, each with its place, and tells of each once. */
export class Report {
  private readonly found = new Map<string, Found>();

  constructor(private readonly source: YamlSource) {
    for (const fault of source.faults) this.push(fault, fault.account);
  }

  /** Adds a fault of an account: in its own fields, in those that it has from the defaults, or by something missing. */
  add(account: string, { path, inKey, ...fault }: PathFault): void {
    const own = ["accounts", account, ...path];
    const inherited = ["defaults", ...path];
    if (this.source.locate(own)) {
      this.push({ ...this.asWritten(own, fault), ...this.source.locate(own, inKey), account }, account);
    } else if (path.length > 0 && this.source.locate(inherited)) {
      const field = `defaults.${fault.field}`;
      this.push({ ...this.asWritten(inherited, fault), field, ...this.source.locate(inherited, inKey) }, account);
    } else {
      const outer = own.findLastIndex((_, index) => this.source.locate(own.slice(0, index + 1)));
      this.push({ ...fault, ...this.source.locate(own.slice(0, outer + 1), true), account }, account);
    }
  }

  /** Adds a fault outside the accounts. */
  addTop({ path, inKey, ...fault }: PathFault): void {
    const place = this.source.locate(path, inKey) ?? { line: 1, column: 1 };
    this.push({ ...this.asWritten(path, fault), ...place });
  }

  /** @throws InvalidInputError where any fault was added, in the order of the file */
  throwIfAny(): void {
    if (this.found.size === 0) return;
    const faults = [...this.found.values()].map(({ fault, ofFile, accounts }) =>
      fault.account === undefined && !ofFile && accounts.size > 1
        ? { ...fault, rule: `${fault.rule} (In ${accounts.size} accounts.)` }
        : fault,
    );
    throw new InvalidInputError(
      faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
    );
  }

  private push(fault: Fault, account?: string): void {
    const place = `${fault.line}:${fault.column}`;
    const key = TEXT_CODES.has(fault.code) ? place : `${place} ${fault.code} ${fault.field}`;
    if (this.found.has(place)) return;
    const known = this.found.get(key) ?? {
      fault: { file: this.source.file, ...fault },
      ofFile: account === undefined,
      accounts: new Set(),
    };
    if (account !== undefined) known.accounts.add(account);
    this.found.set(key, known);
  }

  /** Shows a number or boolean of YAML's as it is written in the file, leading zero and all. */
  private asWritten<Some extends Omit<Fault, "field">>(path: readonly string[], fault: Some): Some {
    const written = this.source.written(path);
    if (written === undefined) return fault;
    const isAccountId = path.length === 3 && path[0] === "accounts" && path[2] === "id";
    if (isAccountId && /^[0-9]{9,11}$/.test(written)) {
      const whole = written.padStart(12, "0");
      return {
        ...fault,
        value: written,
        fix: `A leading zero seems to be lost. Write all 12 digits, in quotes: "${whole}".`,
      };
    }
    const unquoted = fault.code === "wrong_type" && fault.fix.startsWith("Put it in quotes");
    return unquoted ? { ...fault, value: written, fix: `Put it in quotes: "${written}".` } : fault;
  }
}
