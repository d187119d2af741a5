import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const RESULTS = "bench/RESULTS.md";

/** Prints a section of the figures, and gives it. */
export function printSection(title: string, text: string): string {
  const section = `## ${title}\n\n${text.trim()}\n`;
  console.log(`\n${section}`);
  return section;
}

/** Prints a section of the figures and puts it in the place of the one with the same title in bench/RESULTS.md. */
export function writeSection(title: string, text: string): void {
  const section = printSection(title, text);
  const [head = "", ...sections] = readFileSync(RESULTS, "utf8").split(/^(?=## )/m);
  const others = sections.filter((other) => !other.startsWith(`## ${title}\n`));
  const all = [...others.map((other) => `${other.trim()}\n`), section].sort();
  writeFileSync(RESULTS, [`${head.trim()}\n`, ...all].join("\n"));
}

/** Date, Node and machine, for the line beside a figure. */
export function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores, ${gib} GiB`;
}

/** The middle one of some figures. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
