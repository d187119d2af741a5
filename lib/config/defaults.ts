/** A mapping of the file. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Merges an account over the defaults, as a JSON Merge Patch does (RFC 7396): mappings field by field, everything else as a
 * whole, and an account's `null` removes what the defaults set. A `state` with another backend starts afresh.
 */
export function mergeDefaults(defaults: Fields, account: Fields): Fields {
  const merged = merge(defaults, account);
  const [ours, theirs] = [account.state, defaults.state];
  const otherBackend =
    isFields(ours) && isFields(theirs) && "backend" in ours && "backend" in theirs && ours.backend !== theirs.backend;
  return otherBackend ? { ...merged, state: ours } : merged;
}

function merge(base: Fields, patch: Fields): Fields {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    const inherited = merged.get(key);
    if (value === null && inherited !== undefined) merged.delete(key);
    else merged.set(key, isFields(value) && isFields(inherited) ? merge(inherited, value) : value);
  }
  // Not by assignment: a key such as __proto__ must stay a key.
  return Object.fromEntries(merged);
}
