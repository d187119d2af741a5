import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "../../docs");
const rows = readFileSync(join(DOCS, "reliability.md"), "utf8").match(/^\| \*\*.*$/gm) ?? [];
const linked = rows.flatMap((row) => [...row.matchAll(/\[([^\]]+)\]\((\.\.\/__tests__\/[^)]+)\)/g)]);

test("every row of docs/reliability.md links to existing tests by their titles", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !row.includes("](../__tests__/"))).toEqual([]);
  const missing = linked.filter(([, words = "", path = ""]) => {
    const file = join(DOCS, path);
    return !existsSync(file) || !readFileSync(file, "utf8").includes(words);
  });
  expect(missing.map(([, words, path]) => `${path}: ${words}`)).toEqual([]);
});
