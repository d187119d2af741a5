import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepRoots } from "../../lib/stacks/kept-roots";

describe("root modules that cdktf-cli would delete", () => {
  let outdir: string;
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), "kept-"));
  });
  afterEach(() => rmSync(outdir, { recursive: true }));

  const root = (name: string, state: string) => {
    mkdirSync(join(outdir, "stacks", name), { recursive: true });
    for (const file of ["cdk.tf.json", "terraform.tfstate"]) writeFileSync(join(outdir, "stacks", name, file), state);
  };
  const state = (...path: string[]) => readFileSync(join(outdir, ...path, "terraform.tfstate"), "utf8");

  test("are moved with their state, and moved back with their account", () => {
    root("left", "1");
    root("stays", "2");
    keepRoots(outdir, ["stays"]);
    // cdktf-cli deletes the folders that it saw before.
    expect(readdirSync(join(outdir, "stacks/left"))).toEqual([]);
    rmSync(join(outdir, "stacks/left"), { recursive: true });
    expect([state("kept/left"), state("stacks/stays")]).toEqual(["1", "2"]);
    keepRoots(outdir, ["left", "stays"]);
    expect(state("stacks/left")).toBe("1");
    expect(readdirSync(join(outdir, "kept"))).toEqual([]);
  });

  test("a second one with the same name does not overwrite the first", () => {
    root("left", "1");
    keepRoots(outdir, []);
    root("left", "2");
    keepRoots(outdir, []);
    expect([state("kept/left"), state("kept/left.2")]).toEqual(["1", "2"]);
  });

  test("a folder that is not a root module is not moved", () => {
    mkdirSync(join(outdir, "stacks/other"), { recursive: true });
    keepRoots(outdir, []);
    expect(readdirSync(outdir)).toEqual(["stacks"]);
  });
});
