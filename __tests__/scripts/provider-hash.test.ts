import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProviderCheck, packageHash } from "../../scripts/support/provider-hash";

const ADDRESS = "registry.terraform.io/hashicorp/aws";
const LOCK = ".terraform.lock.hcl";

describe("the check of the provider package", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "provider-"));
    mkdirSync(join(folder, "package"));
    writeFileSync(join(folder, "package/terraform-provider-aws_v5.100.0"), "a provider");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lockFile = (...hashes: string[]) =>
    `provider "${ADDRESS}" {\n  version     = "5.100.0"\n  constraints = ">= 5.0.0"\n  hashes = [\n${hashes.map((hash) => `    "${hash}",\n`).join("")}  ]\n}\n`;
  const bare = `provider "${ADDRESS}" {\n  version     = "5.100.0"\n  constraints = ">= 5.0.0"\n}\n`;
  const good = async () => lockFile(await packageHash(join(folder, "package")), "zh:0");

  /** Creates a root module with a lock file; `installed` links the package into it. */
  function root(name: string, lock: string, installed: boolean): string {
    const path = join(folder, name);
    const versions = join(path, ".terraform/providers", ADDRESS, "5.100.0");
    mkdirSync(versions, { recursive: true });
    writeFileSync(join(path, LOCK), lock);
    if (installed) symlinkSync(join(folder, "package"), join(versions, "linux_amd64"));
    return path;
  }
  const lockOf = (path: string) => readFileSync(join(path, LOCK), "utf8");

  test("removes the checksums from the lock file of a verified package only", async () => {
    const check = new ProviderCheck();
    const right = root("right", await good(), true);
    const wrong = root("wrong", lockFile("h1:other", "zh:0"), true);
    const missing = root("missing", await good(), false);
    for (const path of [right, wrong, missing]) await check.spare(path);
    expect([right, wrong, missing].map(lockOf)).toEqual([bare, lockFile("h1:other", "zh:0"), await good()]);
  });

  test("init skips the check after the package is verified, and restores the lock file", async () => {
    const check = new ProviderCheck();
    const seen: unknown[] = [];
    const path = root("new", await good(), false);
    const init = () =>
      check.init(path, async (env) => {
        seen.push([lockOf(path), env]);
        // Terraform writes the checksum of the package that it installs.
        writeFileSync(join(path, LOCK), lockFile("h1:installed"));
      });
    await init();
    writeFileSync(join(path, LOCK), await good());
    await check.spare(root("right", await good(), true));
    await init();
    expect(seen).toEqual([
      [await good(), {}],
      [bare, { TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" }],
    ]);
    expect(lockOf(path)).toBe(await good());
  });

  test("a lock file to which init adds a provider stays as init wrote it", async () => {
    const check = new ProviderCheck();
    await check.spare(root("right", await good(), true));
    const path = root("new", await good(), false);
    const added = `${lockFile("h1:installed")}\nprovider "registry.terraform.io/hashicorp/random" {\n}\n`;
    await check.init(path, async () => writeFileSync(join(path, LOCK), added));
    expect(lockOf(path)).toBe(added);
  });
});
