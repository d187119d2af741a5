import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { shareProviders } from "../../scripts/support/provider-cache";
import { ProviderCheck } from "../../scripts/support/provider-hash";
import { run } from "../../scripts/support/run";
import { describeInLab } from "./support";

const SOURCE = "registry.terraform.io/example/fake";
const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

/** A ZIP archive that contains one uncompressed file. */
function zip(name: string, data: Buffer): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(name.length, 22);
  const file = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o100755 << 16) >>> 0, 6);
  const entry = Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), common, rest, Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(file.length, 12);
  return Buffer.concat([file, entry, Buffer.from("PK\x05\x06"), end]);
}

// The provider is a fake that `terraform init` installs and never runs. Its mirror is packed, so it cannot be linked.
describeInLab("the shared provider cache", (lab) => {
  const terraform = () => lab().env.TERRAFORM_BINARY_NAME as string;
  let env: Record<string, string>;
  let roots: string[];

  const release = (version: string) => {
    const data = Buffer.alloc(5_000_000, version);
    const archive = join(lab().directory(`mirror/${SOURCE}`), `terraform-provider-fake_${version}_${platform}.zip`);
    writeFileSync(archive, zip(`terraform-provider-fake_v${version}`, data));
  };
  const makeRoots = (version: string, name = "root") =>
    [...Array(6).keys()].map((n) => {
      const text = JSON.stringify({ terraform: { required_providers: { fake: { source: "example/fake", version } } } });
      return join(lab().file(`${name}-${n}/cdk.tf.json`, text), "..");
    });
  const initAll = (shared: Readonly<Record<string, string>>) =>
    Promise.all(roots.map((cwd) => run(terraform(), ["init", "-input=false", "-no-color"], { cwd, env: shared })));
  const cached = (version: string) => {
    const folder = join(lab().folder, ".cache/ssm-hybrid-service-role/providers", SOURCE, version, platform);
    return join(folder, readdirSync(folder)[0] as string);
  };

  beforeAll(() => {
    release("1.0.0");
    const mirror = JSON.stringify(join(lab().folder, "mirror"));
    const configuration = lab().file(
      "packed.rc",
      `provider_installation {\n  filesystem_mirror { path = ${mirror} }\n}\n`,
    );
    env = { ...lab().env, TF_CLI_CONFIG_FILE: configuration };
    roots = makeRoots(">= 1.0, < 2.0");
  });

  test("is written once, by one process, and only read by root modules that start together", async () => {
    const shared = await shareProviders(terraform(), roots, env);
    const { ino, mtimeMs } = statSync(cached("1.0.0"));
    for (const result of await initAll(shared)) expect(result).toMatchObject({ code: 0 });
    expect(statSync(cached("1.0.0"))).toMatchObject({ ino, mtimeMs });
    for (const root of roots) {
      const installed = join(root, ".terraform/providers", SOURCE, "1.0.0", platform);
      expect(realpathSync(installed)).toBe(realpathSync(join(cached("1.0.0"), "..")));
    }
  });

  test("links the verified provider into a new root module without downloading it again", async () => {
    const shared = await shareProviders(terraform(), roots, env);
    const [first = ""] = roots;
    const [added = ""] = makeRoots(">= 1.0, < 2.0", "added");
    const lock = readFileSync(join(first, ".terraform.lock.hcl"), "utf8");
    writeFileSync(join(added, ".terraform.lock.hcl"), lock);
    const { ino, mtimeMs } = statSync(cached("1.0.0"));
    const check = new ProviderCheck();
    await check.spare(first);
    const result = await check.init(added, (more) => {
      expect(more).not.toEqual({}); // The package is verified.
      return run(terraform(), ["init", "-input=false", "-no-color"], { cwd: added, env: { ...shared, ...more } });
    });
    expect(result).toMatchObject({ code: 0 });
    expect(statSync(cached("1.0.0"))).toMatchObject({ ino, mtimeMs });
    const installed = join(added, ".terraform/providers", SOURCE, "1.0.0", platform);
    expect(realpathSync(installed)).toBe(realpathSync(join(cached("1.0.0"), "..")));
    expect(readFileSync(join(added, ".terraform.lock.hcl"), "utf8")).toBe(lock);
    writeFileSync(join(first, ".terraform.lock.hcl"), lock);
  });

  test("keeps the version of an earlier run, and updates it if the root modules require another", async () => {
    release("1.1.0");
    await shareProviders(terraform(), roots, env);
    const lock = () => readFileSync(join(roots[5] as string, ".terraform.lock.hcl"), "utf8");
    expect(lock()).toMatch(/version += "1.0.0"/);
    roots = makeRoots(">= 1.1, < 2.0");
    const shared = await shareProviders(terraform(), roots, env);
    expect(lock()).toMatch(/version += "1.1.0"/);
    for (const result of await initAll(shared)) expect(result).toMatchObject({ code: 0 });
  });

  test("does not change a user's own cache, in the environment or in the CLI configuration", async () => {
    const own = lab().directory("own-cache");
    expect(await shareProviders(terraform(), roots, { ...env, TF_PLUGIN_CACHE_DIR: own })).toMatchObject({
      TF_PLUGIN_CACHE_DIR: own,
    });
    const text = readFileSync(env.TF_CLI_CONFIG_FILE as string, "utf8");
    const configuration = lab().file("cached.rc", `plugin_cache_dir = ${JSON.stringify(own)}\n${text}`);
    const shared = await shareProviders(terraform(), roots, { ...env, TF_CLI_CONFIG_FILE: configuration });
    expect(shared.TF_PLUGIN_CACHE_DIR).toBeUndefined();
    expect(existsSync(join(own, SOURCE))).toBe(true);
    expect(readFileSync(configuration, "utf8")).toContain(text);
  });

  test("reports Terraform's error if a provider is not available", async () => {
    roots = makeRoots(">= 9.0");
    await expect(shareProviders(terraform(), roots, env)).rejects.toThrow(
      /^terraform init cannot install the providers:\n[\s\S]*no available releases match/,
    );
  });
});
