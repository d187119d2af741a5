/** The entries of a map in the order in which Terraform walks them: the same documents then come out the same. */
export function inKeyOrder<Entry>(entries: Readonly<Record<string, Entry>>): [string, Entry][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
