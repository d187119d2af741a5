import {
  type Alias,
  Composer,
  type CST,
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { type Fault, HIDDEN_CHARACTERS, show } from "../input/errors";
import { fieldName } from "../input/issues";

/** Line and column in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

type Finding = Pick<Fault, "code" | "value" | "rule" | "fix">;
type Entry = Pair<Node, Node | null>;

/** Longest file, in characters. 10,000 accounts with every feature fit. */
const MAX_LENGTH = 10_000_000;
/** No account nests deeper. The parser needs 1 GB of memory for a million levels, and recursion overflows the stack. */
const MAX_DEPTH = 64;
/** Each account of a fleet may use an anchor, but nested anchors must not multiply to a huge value. */
const MAX_ALIASES = 10_000;
const TOO_MANY_ALIASES: Finding = {
  code: "yaml_aliases",
  rule: `must not use its anchors more than ${MAX_ALIASES.toLocaleString("en-US")} times, nested uses multiplied.`,
  fix: "Write shared settings under defaults.",
};

/** What no string of the file may contain, be it a key or a value. */
const FORBIDDEN: readonly ({ readonly pattern: RegExp } & Finding)[] = [
  {
    pattern: /^__proto__$/,
    code: "reserved_key",
    rule: "must not be __proto__: JavaScript gives that name a meaning of its own.",
    fix: "Choose another name.",
  },
  {
    pattern: /[$%]\{/,
    code: "template",
    rule: "must not hold ${ or %{: Terraform would run what follows as an expression.",
    fix: "Write the value itself; {account_id}, {account_name}, {region} and {partition} are filled in.",
  },
  {
    pattern: /TfToken\[/,
    code: "template",
    rule: "must not hold TfToken[: CDKTF would take it for a value of its own.",
    fix: "Write the value itself.",
  },
  {
    pattern: HIDDEN_CHARACTERS,
    code: "hidden_character",
    rule: "must not hold control characters or marks that turn the direction of writing.",
    fix: "Type the value anew.",
  },
];

/** A YAML file: its value, its errors as YAML, and the place of each field. */
export class YamlSource {
  /** The value, or `undefined` if the text is not YAML. */
  readonly value: unknown;
  /** Errors that no schema sees: syntax, duplicate keys, template sequences and hidden characters. */
  readonly faults: Fault[] = [];
  private readonly document: Document;
  private readonly lines = new LineCounter();
  /** The last node of each anchor so far. */
  private readonly anchors = new Map<string, Node>();
  /** The node that each alias refers to. The parser's own lookup reads the whole document each time. */
  private readonly targets = new Map<Alias, Node>();
  /** The entries of each mapping that was read, by key. */
  private readonly entries = new Map<YAMLMap, ReadonlyMap<string, Entry>>();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.lines.addNewLine(0);
    if (text.length > MAX_LENGTH) {
      this.document = new Document();
      const rule = `must be at most ${MAX_LENGTH.toLocaleString("en-US")} characters long.`;
      const fix = "Write shared settings under defaults, or split the fleet into several files.";
      this.push(0, { code: "yaml_length", rule, fix });
      return;
    }
    const parser = new Parser(this.lines.addNewLine);
    // yaml's own check for unique keys compares each key with each other; ours is linear.
    // Only what JSON has: !!merge would make a symbol, !!binary bytes.
    const composer = new Composer({ uniqueKeys: false, resolveKnownTags: false });
    const [document, second] = composer.compose(this.tokens(parser, text), true, text.length);
    this.document = document as Document;
    // The first error only: the parser's later errors follow from it.
    const [syntax] = this.document.errors;
    const tag = this.document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
    if (parser.stack.length > MAX_DEPTH) {
      const rule = `must not nest more than ${MAX_DEPTH} deep.`;
      const fix = "An account needs six levels at most: correct the text at this place.";
      this.push(parser.offset, { code: "yaml_depth", rule, fix });
    } else if (syntax || second) {
      const rule = syntax ? `must be YAML: ${firstLine(syntax)}.` : "must be one document of YAML.";
      const fix =
        "Correct the text at this place. Inside { } or [ ], a text that holds {account_id} or the like needs quotes.";
      this.push(syntax?.pos[0] ?? second?.range[0], { code: "yaml_syntax", rule, fix });
    } else if (tag) {
      const rule = `must hold plain texts, numbers, lists and mappings: ${firstLine(tag)}.`;
      const fix = "Remove the tag, which begins with !; a text that begins with ! needs quotes.";
      this.push(tag.pos[0], { code: "yaml_tag", rule, fix });
    } else {
      this.walk(this.document.contents, []);
      if (this.targets.size > MAX_ALIASES) this.push(0, TOO_MANY_ALIASES);
      else if (this.faults.every(({ code }) => code !== "yaml_alias")) {
        try {
          this.value = this.document.toJS({ maxAliasCount: MAX_ALIASES });
        } catch {
          this.push(0, TOO_MANY_ALIASES);
        }
      }
    }
  }

  /** Parses a text up to the place where it nests too deep. */
  private *tokens(parser: Parser, text: string): Generator<CST.Token> {
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length > MAX_DEPTH) return;
    }
    yield* parser.end();
  }

  /**
   * The place of the value at a path, or of its key. A path names an item of a list by index or by value.
   * `undefined` if the file has no such field.
   */
  locate(path: readonly string[], inKey = false): Position | undefined {
    const found = this.find(path);
    const offset = (inKey ? found?.key?.range?.[0] : undefined) ?? found?.value?.range?.[0] ?? found?.key?.range?.[0];
    return offset === undefined ? undefined : this.position(offset);
  }

  /** A scalar as the file writes it: `012345678901`, which YAML reads as a number. */
  written(path: readonly string[]): string | undefined {
    const value = this.find(path)?.value;
    return isScalar(value) ? value.source : undefined;
  }

  private find(path: readonly string[]): { key?: Node; value?: Node } | undefined {
    let found: { key?: Node; value?: Node } = { value: this.document.contents as Node };
    for (const part of path) {
      const parent = isAlias(found.value) ? this.targets.get(found.value) : found.value;
      if (isMap(parent)) {
        const entry = this.entriesOf(parent).get(part);
        if (!entry) return undefined;
        found = { key: entry.key, ...(entry.value && { value: entry.value }) };
      } else if (isSeq<Node>(parent)) {
        const { items } = parent;
        const item = items[Number(part)] ?? items.find((one) => isScalar(one) && one.value === part);
        if (!item) return undefined;
        found = { value: item };
      } else {
        return undefined;
      }
    }
    return found;
  }

  /** The entries of a mapping by key; of duplicate keys, the last. */
  private entriesOf(map: YAMLMap): ReadonlyMap<string, Entry> {
    const known = this.entries.get(map);
    if (known) return known;
    const entries = new Map((map.items as Entry[]).map((entry) => [keyText(entry.key), entry]));
    this.entries.set(map, entries);
    return entries;
  }

  /** @param inside - the nodes with anchors around this one */
  private walk(node: Node | null, path: readonly string[], inside: readonly Node[] = []): void {
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target && !inside.includes(target)) {
        this.targets.set(node, target);
        return;
      }
      const rule = target
        ? `must not stand inside its own anchor &${node.source}.`
        : `must have an anchor &${node.source} before it.`;
      this.pushAt(node, path, { code: "yaml_alias", rule, fix: "Write the value itself." });
      return;
    }
    if (node?.anchor) this.anchors.set(node.anchor, node);
    const within = isCollection(node) && node.anchor ? [...inside, node] : inside;
    if (isSeq<Node>(node)) {
      for (const [index, item] of node.items.entries()) this.walk(item, [...path, String(index)], within);
    } else if (isMap<Node, Node | null>(node)) {
      const first = new Map<string, Node>();
      for (const { key, value } of node.items) {
        const name = keyText(key);
        const where = [...path, name];
        const twin = first.get(name);
        if (twin) {
          const { line } = this.position(twin.range?.[0] ?? 0);
          const fix = `It stands in line ${line} already: merge the two.`;
          this.pushAt(key, where, { code: "duplicate_key", rule: "must be there only once.", fix });
        }
        first.set(name, key);
        this.walk(key, where, within);
        this.walk(value, where, within);
      }
    } else if (isScalar(node) && typeof node.value === "string") {
      const text = node.value;
      for (const { pattern, code, rule, fix } of FORBIDDEN) {
        if (!pattern.test(text)) continue;
        this.pushAt(node, path, { code, ...(code !== "reserved_key" && { value: text }), rule, fix });
      }
    }
  }

  /** Adds an error for the file as a whole. */
  private push(offset: number | undefined, finding: Finding): void {
    this.faults.push({ file: this.file, ...this.position(offset ?? 0), field: "YAML", ...finding });
  }

  /** Adds an error for a field. */
  private pushAt(node: Node, path: readonly string[], finding: Finding): void {
    const account = path[0] === "accounts" ? path[1] : undefined;
    const field = fieldName(account === undefined ? path : path.slice(2)) || show(account);
    const place = this.position(node.range?.[0] ?? 0);
    this.faults.push({ file: this.file, ...place, ...(account !== undefined && { account }), field, ...finding });
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

/** The parser gives its errors as texts alone; one that quotes the file may have several lines. */
function firstLine({ message }: YAMLError): string | undefined {
  return message.split("\n")[0];
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
