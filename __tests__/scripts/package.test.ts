import { existsSync, readFileSync } from "node:fs";
import * as lib from "../../lib";
import { type Lock, licenceList, refusedLicences } from "../../scripts/support/licences";

/** The origin and installation of a package in a lock file. */
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
    // A bundled package is covered by the checksum of the package that contains it.
    const loose = locked.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith("sha512-"));
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test("come from the registry that is configured on the machine", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test("need no install scripts: the few that have one work without it", () => {
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

test("npm runs no install scripts in this repository", () => {
  expect(readFileSync(".npmrc", "utf8").split("\n")).toContain("ignore-scripts=true");
});

describe("licenses of the runtime packages", () => {
  const lock = (...packages: readonly (readonly [path: string, license?: string, dev?: boolean])[]): Lock => ({
    packages: Object.fromEntries(
      packages.map(([path, license, dev]) => [
        path,
        { version: "1.0.0", ...(license && { license }), ...(dev && { dev }) },
      ]),
    ),
  });

  test("are allowed by name, and others and missing ones are refused", () => {
    const packages = lock(
      ["", "UNLICENSED"],
      ["node_modules/good", "MIT"],
      ["node_modules/good/node_modules/@a/viral", "GPL-3.0-only"],
      ["node_modules/silent"],
      ["node_modules/tool", "GPL-3.0-only", true],
    );
    expect(refusedLicences(packages)).toEqual(["@a/viral 1.0.0: GPL-3.0-only", "silent 1.0.0: none"]);
  });

  test("are listed with the location of the package", () => {
    const list = licenceList(lock(["node_modules/b", "MIT"], ["node_modules/b/node_modules/c/node_modules/a", "ISC"]));
    expect(list.trimEnd().split("\n").slice(-2)).toEqual(["| a | 1.0.0 | ISC | b |", "| b | 1.0.0 | MIT |  |"]);
  });
});

test("the API reference has a section for each exported name", () => {
  const reference = readFileSync("docs/api.md", "utf8").replaceAll("\\", "");
  expect(Object.keys(lib).filter((name) => !reference.includes(`\n## ${name}`))).toEqual([]);
});
