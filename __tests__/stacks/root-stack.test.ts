import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Annotations, App } from "cdktf";
import { type AccountProps, AccountStack } from "../../lib";
import { ACCOUNT } from "../support";

describe("the files of root modules", () => {
  let outdir: string;
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), "roots-"));
  });
  afterEach(() => rmSync(outdir, { recursive: true }));

  const file = (name: string) => join(outdir, "stacks", name, "cdk.tf.json");
  /** Distinguishes one write of a file from the next. */
  const written = (name: string) => statSync(file(name)).ino + statSync(file(name)).mtimeMs;

  function synth(accounts: Record<string, Partial<AccountProps>>, annotate?: (stack: AccountStack) => void): void {
    const app = new App({ outdir, stackTraces: false });
    for (const [name, props] of Object.entries(accounts)) {
      const stack = new AccountStack(app, name, { ...ACCOUNT, ...props });
      annotate?.(stack);
    }
    app.synth();
  }
  const manifest = () => JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8"));

  test("only a root module that changed is written again", () => {
    synth({ a: {}, b: {} });
    const [a, b] = [written("a"), written("b")];
    synth({ a: {}, b: { tags: { Owner: "platform" } } });
    expect(written("a")).toBe(a);
    expect(written("b")).not.toBe(b);
    expect(readFileSync(file("b"), "utf8")).toContain("platform");
  });

  test("no other file is left in the folder of a root module, and the manifest lists the root module", () => {
    synth({ a: {} });
    synth({ a: {} });
    expect(readdirSync(join(outdir, "stacks/a"))).toEqual(["cdk.tf.json"]);
    expect(manifest().stacks.a.synthesizedStackPath).toBe("stacks/a/cdk.tf.json");
  });

  test("an override adds, replaces and removes, as in CDKTF's own stacks", () => {
    synth({ a: {} }, (stack) => {
      stack.addOverride("output.role_name", undefined);
      stack.addOverride("output.role_arn.description", "Mine.");
      stack.addOverride("locals.mine", "${local.path}");
    });
    const { output, locals } = JSON.parse(readFileSync(file("a"), "utf8"));
    expect(Object.keys(output)).not.toContain("role_name");
    expect(output.role_arn).toMatchObject({ value: "${aws_iam_role.this.arn}", description: "Mine." });
    expect(locals).toMatchObject({ path: "/", mine: "${local.path}" });
  });

  test("an error annotation stops the synthesis and keeps the last valid file; a warning reaches the manifest", () => {
    synth({ a: {} }, (stack) => Annotations.of(stack).addWarning("look here"));
    expect(manifest().stacks.a.annotations).toMatchObject([{ level: "@cdktf/warn", message: "look here" }]);
    const before = readFileSync(file("a"), "utf8");
    const fail = () =>
      synth({ a: { tags: { Owner: "platform" } } }, (stack) => Annotations.of(stack).addError("stop here"));
    expect(fail).toThrow("stop here");
    expect(readFileSync(file("a"), "utf8")).toBe(before);
  });
});
