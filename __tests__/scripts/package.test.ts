import { existsSync, readFileSync } from "node:fs";
import * as lib from "../../lib";
import { type Lock, licenceList, refusedLicences } from "../../scripts/support/licences";

/** What a lock file says of a package, as far as its origin and its install go. */
interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const FOLDERS = [".", "scripts/cdk-terrain", "bench/compare"].filter((folder) => existsSync(`${folder}/package.json`));

const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));

describe.each(FOLDERS)("the packages of %s", (folder) => {
  const manifest = read(`${folder}/package.json`);
  const { lockfileVersion, packages } = read(`${folder}/package-lock.json`) as {
    lockfileVersion: number;
    packages: Record<string, Locked>;
  };
  const locked = Object.entries(packages).filter(([path]) => path !== "");

  test("are pinned: exact versions, and a checksum for each", () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(lockfileVersion).toBe(3);
    // What is inside of another package is under that one's checksum.
    const loose = locked.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith("sha512-"));
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test("come from the registry that the machine is set up for", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test("need no script of theirs to be installed: the few that have one do without", () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    const doWithout = [
      "@cdktf/node-pty-prebuilt-multiarch",
      "@parcel/watcher",
      "@swc/core",
      "esbuild",
      "tree-sitter-powershell",
    ].map((name) => `node_modules/${name}`);
    expect(withScript.filter((path) => !doWithout.includes(path))).toEqual([]);
  });
});

test("npm runs no install scripts here", () => {
  expect(readFileSync(".npmrc", "utf8").split("\n")).toContain("ignore-scripts=true");
});

describe("the licences of what runs with the library", () => {
  const lock = (...packages: readonly (readonly [path: string, license?: string, dev?: boolean])[]): Lock => ({
    packages: Object.fromEntries(
      packages.map(([path, license, dev]) => [
        path,
        { version: "1.0.0", ...(license && { license }), ...(dev && { dev }) },
      ]),
    ),
  });

  test("are allowed by name; others and missing ones are refused", () => {
    const packages = lock(
      ["", "UNLICENSED"],
      ["node_modules/good", "MIT"],
      ["node_modules/good/node_modules/@a/viral", "GPL-3.0-only"],
      ["node_modules/silent"],
      ["node_modules/tool", "GPL-3.0-only", true],
    );
    expect(refusedLicences(packages)).toEqual(["@a/viral 1.0.0: GPL-3.0-only", "silent 1.0.0: none"]);
  });

  test("are listed with where the package is", () => {
    const list = licenceList(lock(["node_modules/b", "MIT"], ["node_modules/b/node_modules/c/node_modules/a", "ISC"]));
    expect(list.trimEnd().split("\n").slice(-2)).toEqual(["| a | 1.0.0 | ISC | b |", "| b | 1.0.0 | MIT |  |"]);
  });
});

test("the API reference has a chapter for each name that a program may import", () => {
  const reference = readFileSync("docs/api.md", "utf8").replaceAll("\\", "");
  expect(Object.keys(lib).filter((name) => !reference.includes(`\n## ${name}`))).toEqual([]);
});
