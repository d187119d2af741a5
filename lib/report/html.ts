import { unicodeEscape, visible } from "../input/errors";

/** HTML that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Writes HTML: every value is escaped but for what is {@link Html} already; `undefined` and `false` write nothing, a list all its parts.
 * Attributes stand in double quotes. Line breaks of the template, with the indent after them, are for who reads the code: a browser
 * would make a node of each.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const raw = strings.map((text) => text.replace(/\n\s*/g, ""));
  return new Html(String.raw({ raw }, ...values.map(partText)));
}

export function commaList(parts: readonly Html[]): Html {
  return new Html(parts.map(({ text }) => text).join(", "));
}

function partText(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(partText).join("") : escaped(String(part));
}

/** A string between tags, never in an attribute: JSON keeps its quotes there. */
export function plainText(text: string): Html {
  return new Html(escaped(text, /[&<>]/g));
}

/** A string without characters that a browser would read as markup, or that would turn the direction of writing. */
function escaped(text: string, special = /[&<>"]/g): string {
  return visible(text.replace(special, (character) => ENTITIES[character] ?? ""));
}

/** JSON as it may stand in a `<script>`: no string in it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<\u2028\u2029]/g, unicodeEscape));
}
