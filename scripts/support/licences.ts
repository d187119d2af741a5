import { table } from "./markdown";

/** Licences that only require a notice, or the publication of changes to the licensed files. */
const ALLOWED = [
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "MPL-2.0"],
  // Public domain: `jsonify` in cdktf.
  "Public Domain",
];

/** The packages in an npm lock file. */
export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** A runtime dependency of the library. */
interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** The package that bundles it. Empty if none does. */
  readonly within: string;
}

/** Returns the runtime dependencies by name: the library's own, its peer dependencies, and all their dependencies. */
function runtime(lock: Lock): RuntimePackage[] {
  const used = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);
  const packages = used.map(([path, { version = "", license = "none" }]) => {
    const [outer = "", ...inner] = path.split(/\/?node_modules\//).slice(1);
    return { name: inner.at(-1) ?? outer, version, licence: license, within: inner.length > 0 ? outer : "" };
  });
  return packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Returns the packages whose licence is missing or not allowed, with the licence. */
export function refusedLicences(lock: Lock): string[] {
  const refused = runtime(lock).filter(({ licence }) => !ALLOWED.includes(licence));
  return refused.map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
}

/** Returns the list of the runtime dependencies, as Markdown. */
export function licenceList(lock: Lock): string {
  const rows = runtime(lock).map(({ name, version, licence, within }) => [name, version, licence, within]);
  return [
    "# Licences\n",
    "The runtime dependencies of the library, as pinned in `package-lock.json`. The npm package contains none of them: npm installs them",
    "separately. Written by `npm run licences`, which refuses every licence except these:",
    `${ALLOWED.join(", ")}.\n`,
    table(["package", "version", "licence", "inside of"], rows),
  ].join("\n");
}
