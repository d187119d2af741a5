import { asciiJson } from "./shell";

/**
 * Returns a JMESPath expression that is true for a policy document with the same meaning as `wanted`. The order of keys
 * and lists does not matter, a list of one equals its element, and strings must be identical. IAM returns a document in
 * another order than it was written.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @see https://jmespath.org/specification.html
 */
export function meansSame(wanted: unknown, node = "@", indent = ""): string {
  if (isObject(wanted)) {
    const fields = Object.entries(wanted).map(([key, value]) => meansSame(value, field(node, key), indent));
    const keys = equalLists(`keys(${node})`, Object.keys(wanted));
    return [`type(${node}) == 'object' && ${keys}`, ...fields].join(` &&\n${indent}`);
  }
  const list = `to_array(${node})`;
  const items = [wanted].flat();
  // Only strings can be sorted, and IAM treats true as "true".
  if (!items.some(isObject)) return equalLists(`map(&to_string(@), ${list})`, items);
  const inner = `${indent}    `;
  const each = items.map((item) => {
    const equal = items.filter((other) => JSON.stringify(other) === JSON.stringify(item)).length;
    return `length(${list}[?\n${inner}${meansSame(item, "@", inner)}\n${indent}]) == ${literal(equal)}`;
  });
  return [...each, `length(${list}) == ${literal(items.length)}`].join(` &&\n${indent}`);
}

function isObject(value: unknown): value is object {
  return value instanceof Object && !Array.isArray(value);
}

function field(node: string, key: string): string {
  const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : asciiJson(key);
  return node === "@" ? name : `${node}.${name}`;
}

function equalLists(list: string, items: readonly unknown[]): string {
  return items.length === 1 ? `${list} == ${literal(items)}` : `sort(${list}) == sort(${literal(items)})`;
}

function literal(value: unknown): string {
  return `\`${asciiJson(value)}\``;
}
