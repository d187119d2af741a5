import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { scripts } from "../../package.json";

const REPOSITORY = resolve(__dirname, "../..");

/** Runs a program of node_modules with a Markdown document as input. */
function check(program: string, args: readonly string[], input: string) {
  const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${program}`, args, {
    cwd: REPOSITORY,
    input,
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

/** Runs remark like `npm run links`, for a file in docs/. */
const links = (text: string) =>
  check("remark", [...scripts.links.split(" ").slice(1, -1), "--file-path", "docs/not-there.md"], text);
/** Runs cspell with the configuration of `npm run spelling`. */
const spelling = (text: string) => check("cspell", ["stdin://docs/not-there.md", "--no-progress"], text);

test("npm run lint checks spelling and links", () => {
  expect(scripts.lint).toContain("npm run spelling && npm run links");
});

test("spelling: accepts English and terms of AWS and Terraform, and refuses a misspelled word", () => {
  expect(spelling("The behaviour of an organisation's tfstate, in an AROA, is authorised.\n").status).toBe(0);
  const { status, said } = spelling("The acount has a role.\n");
  expect(status).toBe(1);
  expect(said).toContain("acount");
});

test("links: accepts links to existing files and headings, and refuses others", () => {
  expect(links("# One\n\n[a](../README.md) [b](#one) [c](accounts.md#role)\n")).toEqual({ status: 0, said: "" });
  for (const link of ["none.md", "#none", "accounts.md#none"]) {
    const { status, said } = links(`# One\n\n[a](${link})\n`);
    expect(status).toBe(1);
    expect(said).toMatch(/Cannot find (file|heading)/);
  }
});

test("docs/README.md has a link to each page of docs/", () => {
  const contents = readFileSync(resolve(REPOSITORY, "docs/README.md"), "utf8");
  const pages = readdirSync(resolve(REPOSITORY, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  expect(pages.filter((name) => !contents.includes(`(${name})`))).toEqual([]);
});
