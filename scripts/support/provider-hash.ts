import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { LOCK_FILE } from "../../lib/terraform/versions";
import { lockedProvider, lockOf, TRUST_CACHE } from "./provider-cache";

/**
 * Verifies the provider package against the lock file once for all accounts. The engine verifies it in each call, which takes half a second
 * of processor time for the 700 MB of the AWS provider. With an init, a plan and an apply for each account, that is a fifth of a deployment.
 */
export class ProviderCheck {
  private readonly packages = new Map<string, Promise<string>>();
  /** Lock files whose package is verified. */
  private readonly verified = new Set<string>();

  /** Makes the engine skip the check in a root module whose package is verified. The lock file keeps the version. */
  async spare(root: string): Promise<void> {
    const lock = lockOf(root) ?? "";
    const hashes = lock.match(/"h1:[^"]+"/g)?.map((quoted) => quoted.slice(1, -1)) ?? [];
    const folder = packageOf(root, lock);
    if (folder === undefined || hashes.length === 0) return;
    const hash = this.packages.get(folder) ?? packageHash(folder);
    this.packages.set(folder, hash);
    if (!hashes.includes(await hash)) return;
    this.verified.add(lock);
    writeFileSync(join(root, LOCK_FILE), withoutHashes(lock));
  }

  /** Runs `init`, without the check if the package of the lock file is verified. Then restores the lock file. */
  async init<Result>(root: string, run: (env: Readonly<Record<string, string>>) => Promise<Result>): Promise<Result> {
    const file = join(root, LOCK_FILE);
    const lock = lockOf(root) ?? "";
    if (!this.verified.has(lock)) return run({});
    const spared = withoutHashes(lock);
    writeFileSync(file, spared);
    try {
      return await run(TRUST_CACHE);
    } finally {
      // `init` may have added another provider.
      if (withoutHashes(readFileSync(file, "utf8")) === spared) writeFileSync(file, lock);
    }
  }
}

function withoutHashes(lock: string): string {
  return lock.replace(/\n +hashes = \[[^\]]*\]/g, "");
}

/** Folder of the installed package. `undefined` unless it is installed for exactly one platform. */
function packageOf(root: string, lock: string): string | undefined {
  const provider = lockedProvider(lock);
  const folder = provider && join(root, ".terraform/providers", provider.address, provider.version);
  const platforms = folder && existsSync(folder) ? readdirSync(folder) : [];
  return folder && platforms.length === 1 ? realpathSync(join(folder, String(platforms[0]))) : undefined;
}

/**
 * Returns the checksum of an unpacked package, in the form of a lock file.
 * @see https://developer.hashicorp.com/terraform/language/files/dependency-lock#h1
 * @see https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1
 */
export async function packageHash(folder: string): Promise<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ parentPath, name }) => join(parentPath, name));
  const names = files.map((file) => relative(folder, file).split(sep).join("/")).sort();
  const all = createHash("sha256");
  for (const name of names) {
    const one = createHash("sha256");
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 1 << 20 })) one.update(chunk);
    all.update(`${one.digest("hex")}  ${name}\n`);
  }
  return `h1:${all.digest("base64")}`;
}
