import * as yaml from "yaml";
import { HIDDEN_CHARACTERS, type InputError, show } from "../input/errors";
import { type Finding, fieldName } from "../input/issues";

/** Line and column in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

type Node = yaml.Node;
type Entry = yaml.Pair<Node, Node | null>;

/** Maximum length of a file, in characters. It is enough for 10,000 accounts with every feature. */
const MAX_LENGTH = 10_000_000;
/** Maximum depth. No account needs more. The parser needs 1 GB of memory for a million levels, and recursion overflows the stack. */
const MAX_DEPTH = 64;
/** Maximum number of aliases. Each account may use an anchor, but nested anchors must not expand to a huge value. */
const MAX_ALIASES = 10_000;
const WHOLE = { field: "YAML" };

const TOO_LONG: Finding = {
  code: "yaml_length",
  rule: `must be at most ${MAX_LENGTH.toLocaleString("en-US")} characters long.`,
  fix: "Write shared settings under defaults, or split the fleet into several files.",
};
const TOO_DEEP: Finding = {
  code: "yaml_depth",
  rule: `must not nest more than ${MAX_DEPTH} levels deep.`,
  fix: "An account needs at most six levels. Correct the YAML at this place.",
};
const TOO_MANY_ALIASES: Finding = {
  code: "yaml_aliases",
  rule: `must not use its anchors more than ${MAX_ALIASES.toLocaleString("en-US")} times; nested uses multiply.`,
  fix: "Write shared settings under defaults.",
};

const ONE_DOCUMENT = "Remove the --- line, and write all accounts under one accounts: key.";
const OTHER_SYNTAX =
  "Correct the YAML at this place. Inside { } or [ ], a string with a placeholder such as {account_id} needs quotes.";
/** Fixes by the parser's error code. */
const SYNTAX_FIXES: Partial<Record<yaml.ErrorCode, string>> = {
  BAD_INDENT: "Start the line in the same column as its neighbors. Indent the contents of a key by two more spaces.",
  BLOCK_AS_IMPLICIT_KEY:
    "Write the contents of the key on a separate line, indented by two more spaces, or put the value in quotes.",
  BLOCK_IN_FLOW: "Close the { or [ first, or write the value on the same line.",
  MULTIPLE_DOCS: ONE_DOCUMENT,
  TAB_AS_INDENT: "Replace each tab at the beginning of the line with two spaces.",
};

/** Content that is forbidden in every string of the file, key or value. */
const FORBIDDEN: readonly ({ readonly pattern: RegExp } & Finding)[] = [
  {
    pattern: /^__proto__$/,
    code: "reserved_key",
    rule: "must not be __proto__: the name has a special meaning in JavaScript.",
    fix: "Choose another name.",
  },
  {
    pattern: /[$%]\{/,
    code: "template",
    rule: "must not contain ${ or %{: Terraform would evaluate it as an expression.",
    fix: "Write the value itself. The placeholders {account_id}, {account_name}, {region} and {partition} are allowed.",
  },
  {
    pattern: /TfToken\[/,
    code: "template",
    rule: "must not contain TfToken[: CDKTF would replace it with another value.",
    fix: "Write the value itself.",
  },
  {
    pattern: HIDDEN_CHARACTERS,
    code: "hidden_character",
    rule: "must not contain control characters or characters that change the text direction.",
    fix: "Type the value again.",
  },
];

/** A YAML file: its value, its YAML errors, and the place of each field. */
export class YamlSource {
  /** The value, or `undefined` if the string is not YAML. */
  readonly value: unknown;
  /** Errors that no schema finds: syntax, duplicate keys, template sequences and hidden characters. */
  readonly errors: InputError[] = [];
  private readonly root: Node | null = null;
  private readonly lines = new yaml.LineCounter();
  /** Latest node of each anchor. */
  private readonly anchors = new Map<string, Node>();
  /** Node that each alias refers to. The parser's own lookup reads the whole document each time. */
  private readonly targets = new Map<Node, Node>();
  /** Entries of each mapping by key. For duplicate keys, the last entry. */
  private readonly entries = new Map<Node, Map<string, Entry>>();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.lines.addNewLine(0);
    const document = this.parse(text);
    if (!document) return;
    this.root = document.contents;
    this.walk(this.root, []);
    if (this.targets.size > MAX_ALIASES) this.push(0, TOO_MANY_ALIASES);
    else if (this.errors.every(({ code }) => code !== "yaml_alias")) {
      try {
        this.value = document.toJS({ maxAliasCount: MAX_ALIASES });
      } catch {
        this.push(0, TOO_MANY_ALIASES);
      }
    }
  }

  /** Parses the string as one document with JSON types only. @returns `undefined`, after adding an error, if it is invalid */
  private parse(text: string): yaml.Document.Parsed | undefined {
    if (text.length > MAX_LENGTH) return this.push(0, TOO_LONG);
    const parser = new yaml.Parser(this.lines.addNewLine);
    // yaml's own check for unique keys compares each key with every other; ours is linear.
    // JSON types only: !!merge would produce a symbol, and !!binary bytes.
    const composer = new yaml.Composer({ uniqueKeys: false, resolveKnownTags: false, merge: true });
    const [document, second] = composer.compose(tokens(parser, text), true, text.length);
    if (parser.stack.length > MAX_DEPTH) return this.push(parser.offset, TOO_DEEP);
    // Report only the first error: the parser's later errors follow from it.
    const syntax = document?.errors[0];
    if (syntax || second) {
      const rule = syntax ? `must be valid YAML: ${firstLine(syntax)}.` : "must be a single YAML document.";
      const fix = (syntax && SYNTAX_FIXES[syntax.code]) ?? (syntax ? OTHER_SYNTAX : ONE_DOCUMENT);
      const quote = syntax && document && openedQuote(document, text, syntax);
      return this.push(quote ?? syntax?.pos[0] ?? second?.range[0], { code: "yaml_syntax", rule, fix });
    }
    const tag = document?.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
    if (tag) {
      const rule = `must contain only plain strings, numbers, lists and maps: ${firstLine(tag)}.`;
      const fix = "Remove the tag, which begins with !. A string that begins with ! needs quotes.";
      return this.push(tag.pos[0], { code: "yaml_tag", rule, fix });
    }
    return document;
  }

  /**
   * Returns the place of the value at a path, or of its key. A path specifies an item of a list by index or by value.
   * @returns `undefined` if the file has no such field
   */
  locate(path: readonly string[], inKey = false): Position | undefined {
    const { key, value } = this.find(path) ?? {};
    const node = inKey ? (key ?? value) : (value ?? key);
    return node?.range ? this.position(node.range[0]) : undefined;
  }

  private find(path: readonly string[]): Partial<Entry> | undefined {
    let found: Partial<Entry> | undefined = { value: this.root };
    for (const part of path) found = this.within(found?.value, part);
    return found;
  }

  private within(node: Node | null | undefined, part: string): Partial<Entry> | undefined {
    if (yaml.isAlias(node)) return this.within(this.targets.get(node), part);
    if (yaml.isMap<Node, Node | null>(node)) return this.entries.get(node)?.get(part) ?? this.merged(node, part);
    if (!yaml.isSeq<Node>(node)) return undefined;
    const item = node.items[Number(part)] ?? node.items.find((one) => yaml.isScalar(one) && one.value === part);
    return item && { value: item };
  }

  /** Returns an entry that a mapping gets from another one with `<<`. */
  private merged(node: Node, part: string): Partial<Entry> | undefined {
    const source = this.entries.get(node)?.get("<<")?.value;
    if (!yaml.isSeq<Node>(source)) return source ? this.within(source, part) : undefined;
    for (const one of source.items) {
      const found = this.within(one, part);
      if (found) return found;
    }
    return undefined;
  }

  private walk(node: Node | null, path: readonly string[]): void {
    if (yaml.isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target && !contains(target, node)) this.targets.set(node, target);
      else {
        const rule = target
          ? `must not be used inside its own anchor &${node.source}.`
          : `must have an anchor &${node.source} before it.`;
        this.pushAt(node, path, { code: "yaml_alias", rule, fix: "Write the value itself." });
      }
      return;
    }
    if (node?.anchor) this.anchors.set(node.anchor, node);
    if (yaml.isSeq<Node>(node)) {
      for (const [index, item] of node.items.entries()) this.walk(item, [...path, String(index)]);
    } else if (yaml.isMap<Node, Node | null>(node)) {
      const entries = new Map<string, Entry>();
      this.entries.set(node, entries);
      for (const entry of node.items) {
        const { key, value } = entry;
        // YAML reads 012345678901 or 1.10 as a number. A key is a name, so keep it as written.
        if (yaml.isScalar(key) && typeof key.value !== "string" && key.source !== undefined) key.value = key.source;
        const name = yaml.isScalar(key) ? String(key.value) : String(key);
        const where = [...path, name];
        const twin = entries.get(name)?.key;
        if (twin) {
          const fix = `The key is already on line ${this.position(twin.range?.[0]).line}. Merge the two.`;
          this.pushAt(key, where, { code: "duplicate_key", rule: "must not be a duplicate key.", fix });
        }
        entries.set(name, entry);
        this.walk(key, where);
        this.walk(value, where);
      }
    } else if (yaml.isScalar(node) && typeof node.value === "number") {
      // YAML reads 012345678901, 1.10 and 1e3 as numbers. If a string is required, they mean the characters as written.
      if (node.source !== undefined && node.source !== String(node.value)) node.value = node.source;
    } else if (yaml.isScalar(node) && typeof node.value === "string") {
      const text = node.value;
      for (const { pattern: _, ...finding } of FORBIDDEN.filter(({ pattern }) => pattern.test(text))) {
        this.pushAt(node, path, { ...finding, ...(finding.code !== "reserved_key" && { value: text }) });
      }
    }
  }

  /** Adds an error, for the whole file unless `of` is given. */
  private push(
    offset: number | undefined,
    finding: Finding,
    of: Pick<InputError, "account" | "field"> = WHOLE,
  ): undefined {
    this.errors.push({ file: this.file, ...this.position(offset), ...of, ...finding });
  }

  private pushAt(node: Node, path: readonly string[], finding: Finding): void {
    const account = path[0] === "accounts" ? path[1] : undefined;
    const field = fieldName(account === undefined ? path : path.slice(2)) || show(account);
    this.push(node.range?.[0], finding, { field, ...(account !== undefined && { account }) });
  }

  private position(offset = 0): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

/** Parses a string until it nests too deep. */
function* tokens(parser: yaml.Parser, text: string): Generator<yaml.CST.Token> {
  for (const lexeme of new yaml.Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) return;
  }
  yield* parser.end();
}

/** Returns the place of an unclosed opening quote: its string ends at the error, or spans several lines before it. */
function openedQuote(document: yaml.Document.Parsed, text: string, error: yaml.YAMLError): number | undefined {
  const [at] = error.pos;
  let opened: number | undefined;
  yaml.visit(document, {
    Scalar(_, { type, range }) {
      const [from, to] = range as yaml.Range;
      if ((type !== "QUOTE_DOUBLE" && type !== "QUOTE_SINGLE") || from >= at) return;
      const unclosed = error.code === "MISSING_CHAR" && to === at;
      const reachesError = text.slice(from, to).includes("\n") && !text.slice(to, at).includes("\n");
      if (unclosed || reachesError) opened = from;
    },
  });
  return opened;
}

/** Returns whether an anchor's node contains a node that starts after it. */
function contains(anchored: Node, { range }: Node): boolean {
  return range != null && anchored.range != null && range[0] < anchored.range[1];
}

/** Returns the first line of the parser's message. Messages that quote the file have several lines. */
function firstLine({ message }: yaml.YAMLError): string | undefined {
  return message.split("\n")[0];
}
