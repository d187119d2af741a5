import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../scripts/support/lab";

/** Files of the project that the documents' commands use. */
export const PROJECT = [
  ...["lib", "scripts", "modules", "main.ts", "accounts.yaml"],
  ...["package.json", "package-lock.json", "cdktf.json", "tsconfig.json"],
];

/** Copies the project into a folder in which a document's commands can run. */
export function copyProject(folder: string): void {
  const filter = (path: string) => !/\.terraform|\.tfstate/.test(path);
  for (const name of PROJECT) cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true, filter });
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
}

/** A fenced block of a recipe. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A recipe: the section of a second-level heading. */
export interface Recipe {
  readonly title: string;
  /** Number of lines of text and blocks, without fences and empty lines. */
  readonly length: number;
  readonly blocks: readonly Block[];
}

/** Reads the recipes of a Markdown document, in order. */
export function readRecipes(markdown: string): Recipe[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = "", ...lines] = section.split("\n");
      const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
      return {
        title,
        length: lines.filter((line) => line.trim() !== "" && !line.startsWith("```")).length,
        blocks: blocks.map(([, language = "", text = ""]) => ({ language, text })),
      };
    });
}

/**
 * Returns a file with the change of a `diff` block applied.
 * @throws Error if the file does not contain the old lines exactly once
 */
export function change(file: string, diff: string): string {
  const lines = diff.trimEnd().split("\n");
  const side = (other: string) =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const parts = file.split(side("+"));
  if (parts.length !== 2)
    throw new Error(`the file contains the old lines ${parts.length - 1} times, not once:\n${diff}`);
  return parts.join(side("-"));
}
