import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const RESULTS = "bench/RESULTS.md";

/** Prints a section of the figures, and returns it. */
export function printSection(title: string, text: string): string {
  const section = `## ${title}\n\n${text.trim()}\n`;
  console.log(`\n${section}`);
  return section;
}

/** Prints a section of the figures, and replaces the section with the same title in bench/RESULTS.md. */
export function writeSection(title: string, text: string): void {
  const section = printSection(title, text);
  const [head = "", ...sections] = readFileSync(RESULTS, "utf8").split(/^(?=## )/m);
  const others = sections.filter((other) => !other.startsWith(`## ${title}\n`));
  const all = [...others.map((other) => `${other.trim()}\n`), section].sort();
  writeFileSync(RESULTS, [`${head.trim()}\n`, ...all].join("\n"));
}

/** Returns date, Node version and machine, for the line next to a figure. */
export function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores, ${gib} GiB`;
}

/** Returns the median of the values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
