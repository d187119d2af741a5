import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { type Fault, HIDDEN_CHARACTERS, show } from "../errors";
import { fieldName } from "../faults";

/** Line and column in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

// Aliases may stand for shared settings in every account of a fleet, but not multiply into a bomb.
const MAX_ALIASES = 10_000;

/** A YAML text, its value, what is wrong with it as YAML, and the place of each of its fields. */
export class YamlSource {
  /** The value, or `undefined` where the text is not YAML. */
  readonly value: unknown;
  /** What no schema sees: syntax, keys written twice, template sequences and hidden characters. */
  readonly faults: readonly Fault[];
  private readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    text: string,
  ) {
    // yaml's own check for unique keys compares each key with each other; ours is linear.
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: false, prettyErrors: false });
    // The first error only: what the parser says after it is about its own confusion.
    const [syntax] = this.document.errors;
    if (syntax) {
      const deep = syntax.message.includes("call stack");
      const rule = deep ? "must not nest that deep." : `must be YAML: ${syntax.message.split("\n")[0]}.`;
      const fix =
        "Correct the text at this place. Inside { } or [ ], a text that holds {account_id} or the like needs quotes.";
      this.faults = [{ ...this.placed(syntax.pos[0]), field: "YAML", code: "yaml_syntax", rule, fix }];
      return;
    }
    const faults: Fault[] = [];
    this.walk(this.document.contents, [], faults);
    if (faults.some(({ code }) => code === "yaml_alias")) {
      this.faults = faults;
      return;
    }
    try {
      this.value = this.document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch {
      const rule = `must not use its anchors more than ${MAX_ALIASES.toLocaleString("en-US")} times, nested uses multiplied.`;
      faults.push({
        ...this.placed(0),
        field: "YAML",
        code: "yaml_aliases",
        rule,
        fix: "Write shared settings under defaults.",
      });
    }
    this.faults = faults;
  }

  /** The place of the value at a path, or of its key; an item of a list goes by index or by value. `undefined` where the file has no such field. */
  locate(path: readonly string[], inKey = false): Position | undefined {
    const found = this.find(path);
    const offset = (inKey ? found?.key?.range?.[0] : undefined) ?? found?.value?.range?.[0] ?? found?.key?.range?.[0];
    return offset === undefined ? undefined : this.position(offset);
  }

  /** A scalar as it is written: `012345678901` where YAML reads a number. */
  written(path: readonly string[]): string | undefined {
    const value = this.find(path)?.value;
    return isScalar(value) ? value.source : undefined;
  }

  private find(path: readonly string[]): { key?: Node; value?: Node } | undefined {
    let found: { key?: Node; value?: Node } = { value: this.document.contents as Node };
    for (const part of path) {
      const parent = isAlias(found.value) ? found.value.resolve(this.document) : found.value;
      if (isMap(parent)) {
        const pair = (parent.items as Pair<Node, Node | null>[]).findLast(({ key }) => keyText(key) === part);
        if (!pair) return undefined;
        found = { key: pair.key, ...(pair.value && { value: pair.value }) };
      } else if (isSeq(parent)) {
        const items = parent.items as Node[];
        const item = items[Number(part)] ?? items.find((one) => isScalar(one) && one.value === part);
        if (!item) return undefined;
        found = { value: item };
      } else {
        return undefined;
      }
    }
    return found;
  }

  private walk(node: unknown, path: readonly string[], faults: Fault[], anchors: readonly string[] = []): void {
    if (isAlias(node)) {
      const inside = anchors.includes(node.source);
      if (!inside && node.resolve(this.document)) return;
      const rule = inside
        ? `must not stand inside its own anchor &${node.source}.`
        : `must have an anchor &${node.source} before it.`;
      faults.push(this.fault(node, path, { code: "yaml_alias", rule, fix: "Write the value itself." }));
      return;
    }
    const within = isCollection(node) && node.anchor ? [...anchors, node.anchor] : anchors;
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) this.walk(item, [...path, String(index)], faults, within);
    } else if (isMap(node)) {
      const first = new Map<string, Node>();
      for (const { key, value } of node.items as Pair<Node, unknown>[]) {
        const name = keyText(key);
        const where = [...path, name];
        const twin = first.get(name);
        if (twin) {
          const { line } = this.position(twin.range?.[0] ?? 0);
          const fix = `It stands in line ${line} already: merge the two.`;
          faults.push(this.fault(key, where, { code: "duplicate_key", rule: "must be there only once.", fix }));
        }
        first.set(name, key);
        this.checkText(key, name, where, faults);
        this.walk(value, where, faults, within);
      }
    } else if (isScalar(node) && typeof node.value === "string") {
      this.checkText(node, node.value, path, faults);
    }
  }

  private checkText(node: Node, text: string, path: readonly string[], faults: Fault[]): void {
    const value = text;
    if (text === "__proto__") {
      const rule = "must not be __proto__: JavaScript gives that name a meaning of its own.";
      faults.push(this.fault(node, path, { code: "reserved_key", rule, fix: "Choose another name." }));
    }
    if (/[$%]\{/.test(text)) {
      const rule = "must not hold ${ or %{: Terraform would run what follows as an expression.";
      const fix = "Write the value itself; {account_id}, {account_name}, {region} and {partition} are filled in.";
      faults.push(this.fault(node, path, { code: "template", value, rule, fix }));
    }
    if (HIDDEN_CHARACTERS.test(text)) {
      const rule = "must not hold control characters or marks that turn the direction of writing.";
      faults.push(this.fault(node, path, { code: "hidden_character", value, rule, fix: "Type the value anew." }));
    }
  }

  private fault(node: Node, path: readonly string[], rest: Pick<Fault, "code" | "value" | "rule" | "fix">): Fault {
    const account = path[0] === "accounts" ? path[1] : undefined;
    const field = fieldName(account === undefined ? path : path.slice(2)) || show(account);
    return { ...this.placed(node.range?.[0] ?? 0), ...(account !== undefined && { account }), field, ...rest };
  }

  private placed(offset: number): { file: string } & Position {
    return { file: this.file, ...this.position(offset) };
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
