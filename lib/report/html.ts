import { unicodeEscape, visible } from "../input/errors";

/** HTML that needs no escaping. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Returns HTML. Every value is escaped, except {@link Html}. `undefined` and `false` add nothing, and a list adds all
 * its parts. Attributes must have double quotes. Line breaks of the template and the indent after them are removed,
 * because a browser would create a node for each.
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

/** Returns a string for use between tags, not in attributes. Quotes are kept, for JSON. */
export function plainText(text: string): Html {
  return new Html(escaped(text, /[&<>]/g));
}

/** Escapes characters that a browser reads as markup, and shows characters that change the direction of text. */
function escaped(text: string, special = /[&<>"]/g): string {
  return visible(text.replace(special, (character) => ENTITIES[character] ?? ""));
}

/** Returns JSON for a `<script>` element. No string in it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<\u2028\u2029]/g, unicodeEscape));
}
