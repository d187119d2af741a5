import { App, TerraformStack } from "cdktf";
import { LiteralBlock } from "../../lib/constructs/literal";

function synth(body: unknown): unknown {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  new LiteralBlock(stack, "locals", "one", body);
  return (stack.toTerraform() as { locals: unknown }).locals;
}

test("a block is written as it stands, keys and texts", () => {
  const body = { "us-east-1": { camelCase: "1e5", list: ["${var.x}", null, true] }, snake_case: {} };
  expect(synth(body)).toEqual({ one: body });
});

test("blocks of a kind stand side by side", () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  new LiteralBlock(stack, "locals", "one", 1);
  new LiteralBlock(stack, "locals", "two", "2");
  new LiteralBlock(stack, "variable", "three", { type: "string" });
  expect(stack.toTerraform()).toMatchObject({ locals: { one: 1, two: "2" }, variable: { three: { type: "string" } } });
});
