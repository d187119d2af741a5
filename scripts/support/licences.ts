import { table } from "./markdown";

/** Licences that ask no more of who uses the library than to keep a notice, or to publish changes of the licensed files. */
const ALLOWED = [
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "MPL-2.0"],
  // No licence by its name, and as free as one can be: `jsonify` within cdktf.
  "Public Domain",
];

/** What a lock file of npm says of the packages. */
export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** A package that runs with the library. */
interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** The package that it is inside of; empty where it stands by itself. */
  readonly within: string;
}

/** The packages that run with the library, by their name: its own, those that a program brings along, and all that is in these. */
function runtime(lock: Lock): RuntimePackage[] {
  const used = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);
  const packages = used.map(([path, { version = "", license = "none" }]) => {
    const [outer = "", ...inner] = path.split(/\/?node_modules\//).slice(1);
    return { name: inner.at(-1) ?? outer, version, licence: license, within: inner.length > 0 ? outer : "" };
  });
  return packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** The packages whose licence is missing or not one of those allowed, each with its licence. */
export function refusedLicences(lock: Lock): string[] {
  const refused = runtime(lock).filter(({ licence }) => !ALLOWED.includes(licence));
  return refused.map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
}

/** The list of the packages that run with the library. */
export function licenceList(lock: Lock): string {
  const rows = runtime(lock).map(({ name, version, licence, within }) => [name, version, licence, within]);
  return [
    "# Licences\n",
    "The packages that run with the library, as `package-lock.json` pins them. The npm package holds none of them: npm installs them",
    "beside it. Written by `npm run licences`, which refuses every licence but these:",
    `${ALLOWED.join(", ")}.\n`,
    table(["package", "version", "licence", "inside of"], rows),
  ].join("\n");
}
