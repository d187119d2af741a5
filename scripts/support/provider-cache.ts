import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, sep } from "node:path";
import { LOCK_FILE } from "../../lib/terraform/versions";
import { Refusal } from "./refusal";
import { run } from "./run";

type Environment = Readonly<Record<string, string>>;

/**
 * Downloads the providers of many root modules once, and links them into each root module.
 *
 * Two processes cannot write Terraform's provider cache at the same time ("text file busy", hashicorp/terraform-cdk #2741). Terraform
 * writes the cache for every root module without a lock file, even if it contains the provider. Therefore one `terraform init` runs first,
 * in a folder that contains only the `required_providers` of the root modules. With its lock file in each root module, Terraform only
 * reads the cache. If Terraform links providers from an unpacked mirror, it is fastest without cache and lock file, because each of them
 * adds half a second of checksums to every root module. Root modules that already have the provider of their lock file are skipped.
 * @returns the environment for Terraform in the root modules
 * @throws Refusal with Terraform's output
 * @see https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
 */
export async function shareProviders(
  terraform: string,
  all: readonly string[],
  env: Environment,
): Promise<Environment> {
  const roots = all.filter((root) => !hasProviders(root));
  if (roots.length === 0) return env;
  const own = hasCache(env) ? undefined : ownCache(env);
  const shared = own === undefined ? env : { ...env, TF_PLUGIN_CACHE_DIR: own };
  const folder = mkdtempSync(join(tmpdir(), "providers-"));
  try {
    const fetched: Fetched[] = [];
    // Root modules with a lock file from an earlier run come first, so that all use their versions.
    for (const need of roots.map(needOf).sort((a, b) => Number(b.lock !== undefined) - Number(a.lock !== undefined))) {
      if (fetched.some((one) => answers(one, need))) continue;
      fetched.push(await fetchOnce(terraform, mkdtempSync(join(folder, "root-")), need, shared));
    }
    const places = fetched.flatMap((one) => one.places);
    const linked = own !== undefined && !places.some((place) => place.startsWith(own + sep));
    for (const root of roots) {
      const need = needOf(root);
      const lock = fetched.find((one) => answers(one, need))?.lock as string;
      if (need.lock === undefined ? !linked : need.lock !== lock) writeFileSync(join(root, LOCK_FILE), lock);
    }
    return linked ? env : shared;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes Terraform link a cached provider without a checksum in the lock file. Otherwise it would write the cache again. */
export const TRUST_CACHE = { TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" };

/** Returns the content of the lock file in a folder. */
export function lockOf(folder: string): string | undefined {
  const file = join(folder, LOCK_FILE);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Lock file of all root modules, in git. */
function fleetLock(): string | undefined {
  return lockOf(".");
}

/** Whether the provider version of the lock file is installed. */
function hasProviders(root: string): boolean {
  const { lock } = needOf(root);
  const locked = lock !== undefined && lock === fleetLock() ? lockedProvider(lock) : undefined;
  return locked !== undefined && existsSync(join(root, ".terraform/providers", locked.address, locked.version));
}

/** Reads the provider from a lock file. @see https://developer.hashicorp.com/terraform/language/files/dependency-lock */
export function lockedProvider(lock: string): { readonly address: string; readonly version: string } | undefined {
  const [, address, version] = /^provider "([^"]+)" \{\s+version\s+= "([^"]+)"/m.exec(lock) ?? [];
  return address && version ? { address, version } : undefined;
}

/** Providers that a root module needs. */
interface Need {
  /** `required_providers`, as JSON. */
  readonly providers: string;
  /** Content of the lock file. */
  readonly lock: string | undefined;
}

interface Fetched {
  readonly need: Need;
  /** Content of the resulting lock file. */
  readonly lock: string;
  /** Folders that contain the providers. */
  readonly places: readonly string[];
}

function needOf(root: string): Need {
  const { terraform } = JSON.parse(readFileSync(join(root, "cdk.tf.json"), "utf8"));
  return { providers: JSON.stringify(terraform.required_providers), lock: lockOf(root) };
}

function answers(fetched: Fetched, { providers, lock }: Need): boolean {
  return fetched.need.providers === providers && [undefined, fetched.need.lock, fetched.lock].includes(lock);
}

/** Runs `terraform init` for the providers only. */
async function fetchOnce(terraform: string, cwd: string, need: Need, env: Environment): Promise<Fetched> {
  writeFileSync(join(cwd, "main.tf.json"), `{"terraform":{"required_providers":${need.providers}}}`);
  if (need.lock !== undefined) writeFileSync(join(cwd, LOCK_FILE), need.lock);
  // A run of another project may use the cached provider.
  const trusting = { ...env, ...TRUST_CACHE };
  const init = (...args: string[]) =>
    run(terraform, ["init", "-input=false", "-no-color", ...args], { cwd, env: trusting });
  let { code, output } = await init();
  const isFleets = need.lock !== undefined && need.lock === fleetLock();
  // The lock file of an earlier run may contain a version that this project no longer accepts.
  if (code !== 0 && need.lock !== undefined && !isFleets) ({ code, output } = await init("-upgrade"));
  if (code !== 0) {
    const raise = isFleets
      ? `\n${LOCK_FILE} contains the version. To change it, see "Raise the provider version" in docs/recipes.md.`
      : "";
    throw new Refusal(`terraform init cannot install the providers:\n${output.trim()}${raise}`);
  }
  const installed = join(cwd, ".terraform/providers");
  const files = existsSync(installed) ? readdirSync(installed, { recursive: true, encoding: "utf8" }) : [];
  return {
    need,
    lock: readFileSync(join(cwd, LOCK_FILE), "utf8"),
    places: files.map((file) => realpathSync(join(installed, file))),
  };
}

/** Whether the user configures a cache, in the environment or in Terraform's CLI configuration. */
function hasCache(env: Environment): boolean {
  if (env.TF_PLUGIN_CACHE_DIR) return true;
  const home = env.HOME || homedir();
  const files = env.TF_CLI_CONFIG_FILE
    ? [env.TF_CLI_CONFIG_FILE]
    : [".terraformrc", ".tofurc"].map((name) => join(home, name));
  return files.some((file) => existsSync(file) && /^\s*plugin_cache_dir\s*=/m.test(readFileSync(file, "utf8")));
}

function ownCache(env: Environment): string {
  const folder = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "ssm-hybrid-service-role/providers");
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}
