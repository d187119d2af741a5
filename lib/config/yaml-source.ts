import {
  type Alias,
  Composer,
  type CST,
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from "yaml";
import { type Fault, HIDDEN_CHARACTERS, show } from "../input/errors";
import { fieldName } from "../input/issues";

/** Line and column in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Longest text, in characters: ten thousand accounts with all there is. */
const MAX_LENGTH = 10_000_000;
/** More fields within fields than any account has. The parser needs a gigabyte for a million, and recursion its stack. */
const MAX_DEPTH = 64;
// Aliases may stand for shared settings in every account of a fleet, but not multiply into a bomb.
const MAX_ALIASES = 10_000;
const TOO_MANY_ALIASES = {
  field: "YAML",
  code: "yaml_aliases",
  rule: `must not use its anchors more than ${MAX_ALIASES.toLocaleString("en-US")} times, nested uses multiplied.`,
  fix: "Write shared settings under defaults.",
};

/** A YAML text, its value, what is wrong with it as YAML, and the place of each of its fields. */
export class YamlSource {
  /** The value, or `undefined` where the text is not YAML. */
  readonly value: unknown;
  /** What no schema sees: syntax, keys written twice, template sequences and hidden characters. */
  readonly faults: readonly Fault[];
  private readonly document: Document;
  private readonly lines = new LineCounter();
  /** What each alias stands for. The parser's own way there leads through the whole text each time. */
  private readonly targets = new Map<Alias, Node>();
  /** The pairs of each mapping that was looked into, by key. */
  private readonly pairs = new Map<YAMLMap, ReadonlyMap<string, Pair<Node, Node | null>>>();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.lines.addNewLine(0);
    if (text.length > MAX_LENGTH) {
      this.document = new Document();
      const rule = `must be at most ${MAX_LENGTH.toLocaleString("en-US")} characters long.`;
      const fix = "Write shared settings under defaults, or split the fleet into several files.";
      this.faults = [{ ...this.placed(0), field: "YAML", code: "yaml_length", rule, fix }];
      return;
    }
    const parser = new Parser(this.lines.addNewLine);
    // yaml's own check for unique keys compares each key with each other; ours is linear.
    // Only what JSON has: !!merge would make a symbol, !!binary bytes.
    const composer = new Composer({ uniqueKeys: false, resolveKnownTags: false });
    const [document, second] = composer.compose(this.tokens(parser, text), true, text.length);
    this.document = document as Document;
    if (parser.stack.length > MAX_DEPTH) {
      const rule = `must not nest more than ${MAX_DEPTH} deep.`;
      const fix = "An account needs six levels at most: correct the text at this place.";
      this.faults = [{ ...this.placed(parser.offset), field: "YAML", code: "yaml_depth", rule, fix }];
      return;
    }
    // The first error only: what the parser says after it is about its own confusion.
    const [syntax] = this.document.errors;
    const tag = this.document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
    if (syntax || second) {
      const place = this.placed((syntax ? syntax.pos[0] : second?.range[0]) ?? 0);
      const rule = syntax ? `must be YAML: ${syntax.message.split("\n")[0]}.` : "must be one document of YAML.";
      const fix =
        "Correct the text at this place. Inside { } or [ ], a text that holds {account_id} or the like needs quotes.";
      this.faults = [{ ...place, field: "YAML", code: "yaml_syntax", rule, fix }];
      return;
    }
    if (tag) {
      const rule = `must hold plain texts, numbers, lists and mappings: ${tag.message.split("\n")[0]?.replace(/ at line .*/, "")}.`;
      const fix = "Remove the tag, which begins with !; a text that begins with ! needs quotes.";
      this.faults = [{ ...this.placed(tag.pos[0]), field: "YAML", code: "yaml_tag", rule, fix }];
      return;
    }
    const faults: Fault[] = [];
    this.walk(this.document.contents, [], faults, new Map());
    if (this.targets.size > MAX_ALIASES) faults.push({ ...this.placed(0), ...TOO_MANY_ALIASES });
    else if (faults.every(({ code }) => code !== "yaml_alias")) {
      try {
        this.value = this.document.toJS({ maxAliasCount: MAX_ALIASES });
      } catch {
        faults.push({ ...this.placed(0), ...TOO_MANY_ALIASES });
      }
    }
    this.faults = faults;
  }

  /** Parses a text until it nests too deep. */
  private *tokens(parser: Parser, text: string): Generator<CST.Token> {
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length > MAX_DEPTH) return;
    }
    yield* parser.end();
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
      const parent = isAlias(found.value) ? this.targets.get(found.value) : found.value;
      if (isMap(parent)) {
        const pair = this.pairsOf(parent).get(part);
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

  /** The pairs of a mapping by key: of keys written twice, the last. */
  private pairsOf(map: YAMLMap): ReadonlyMap<string, Pair<Node, Node | null>> {
    const known = this.pairs.get(map);
    if (known) return known;
    const pairs = new Map((map.items as Pair<Node, Node | null>[]).map((pair) => [keyText(pair.key), pair]));
    this.pairs.set(map, pairs);
    return pairs;
  }

  /** @param anchors - the last node of each anchor so far */
  private walk(
    node: unknown,
    path: readonly string[],
    faults: Fault[],
    anchors: Map<string, Node>,
    inside: readonly Node[] = [],
  ): void {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target && !inside.includes(target)) {
        this.targets.set(node, target);
        return;
      }
      const rule = target
        ? `must not stand inside its own anchor &${node.source}.`
        : `must have an anchor &${node.source} before it.`;
      faults.push(this.fault(node, path, { code: "yaml_alias", rule, fix: "Write the value itself." }));
      return;
    }
    if (isNode(node) && node.anchor) anchors.set(node.anchor, node);
    const within = isCollection(node) && node.anchor ? [...inside, node] : inside;
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries())
        this.walk(item, [...path, String(index)], faults, anchors, within);
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
        this.walk(key, where, faults, anchors, within);
        this.walk(value, where, faults, anchors, within);
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
    if (text.includes("TfToken[")) {
      const rule = "must not hold TfToken[: CDKTF would take it for a value of its own.";
      faults.push(this.fault(node, path, { code: "template", value, rule, fix: "Write the value itself." }));
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
