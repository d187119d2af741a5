/** The parts of a policy document that {@link DIFFERENT} changes. */
interface Document {
  readonly Statement: readonly [Statement, ...Statement[]];
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: object;
}

/** Changes of the meaning of a policy document, one for each of three policies: buckets, logs, people. */
export const DIFFERENT: Readonly<Record<string, readonly ((document: Document) => object)[]>> = {
  "case, an invisible character, a missing statement": [
    (document) => ({ ...document, Statement: document.Statement.slice(1) }),
    (document) => withActions(document, (actions) => actions.map((action) => `${action}\u00ad`)),
    (document) => withActions(document, (actions) => actions.map((action) => action.toLowerCase())),
  ],
  "an extra statement, a duplicate instead of another action, the case of a key": [
    (document) => ({ ...document, Statement: [...document.Statement, { ...document.Statement[0], Sid: "More" }] }),
    (document) => withActions(document, ([, second = "", ...actions]) => [second, second, ...actions]),
    (document) => JSON.parse(JSON.stringify(document).replace("resourceTag/Lane", "resourceTag/LANE")),
  ],
  "a duplicate instead of another statement, an extra action, an extra condition": [
    (document) => ({ ...document, Statement: document.Statement.map(() => document.Statement[0]) }),
    (document) => withActions(document, (actions) => [...actions, "logs:*"]),
    (document) => {
      const [{ Condition, ...first }, ...others] = document.Statement;
      const condition = { ...Condition, Bool: { "aws:SecureTransport": "true" } };
      return { ...document, Statement: [{ ...first, Condition: condition }, ...others] };
    },
  ],
};

/** Returns a document with other actions in its first statement. */
function withActions(document: Document, change: (actions: readonly string[]) => readonly string[]): object {
  const [first, ...others] = document.Statement;
  return { ...document, Statement: [{ ...first, Action: change([first.Action].flat()) }, ...others] };
}

/**
 * Returns a policy document, URL-encoded or not, with keys and lists in reverse order. Lists of one become their
 * element, and elements become lists.
 */
export function reordered(document = ""): string {
  const turn = (value: unknown, key = ""): unknown => {
    if (Array.isArray(value)) return value.length === 1 ? turn(value[0]) : value.map((one) => turn(one)).toReversed();
    if (value instanceof Object) {
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, inner]) => [name, turn(inner, name)])
          .toReversed(),
      );
    }
    return ["Action", "Resource"].includes(key) ? [value] : value;
  };
  return JSON.stringify(turn(JSON.parse(document.startsWith("%") ? decodeURIComponent(document) : document)));
}
