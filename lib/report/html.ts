import { HIDDEN_CHARACTERS } from "../input/errors";

/** HTML that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * Writes HTML: every value is escaped but for what is {@link Html} already; `undefined` writes nothing, a list all its parts.
 * Attributes stand in double quotes. Line breaks of the template, with the indent after them, are for who reads the code: a browser
 * would make a node of each.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const raw = strings.map((text) => text.replace(/\n\s*/g, ""));
  return new Html(String.raw({ raw }, ...values.map(partText)));
}

function partText(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(partText).join("") : escapeText(String(part));
}

/** A text as it may stand anywhere. Characters that would turn the direction of writing are shown as escapes. */
function escapeText(text: string): string {
  return escaped(text, /[&<>"]/g);
}

/** A text as it may stand between tags alone: JSON, whose many quotes would be long there. */
export function plainText(text: string): Html {
  return new Html(escaped(text, /[&<>]/g));
}

function escaped(text: string, special: RegExp): string {
  return text
    .replace(special, (character) => ENTITIES[character] as string)
    .replace(new RegExp(HIDDEN_CHARACTERS, "g"), unicodeEscape);
}

/** JSON as it may stand in a `<script>`: no text of it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<\u2028\u2029]/g, unicodeEscape));
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
