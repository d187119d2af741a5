import { App, TerraformStack } from "cdktf";
import { LiteralBlock, LiteralOutput } from "../../lib/terraform/blocks";
import { at } from "../support";

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

test("resources of a type are written under it", () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  new LiteralBlock(stack, "resource", "terraform_data", { one: { input: "${var.x}" } });
  expect(at(stack.toTerraform(), "resource")).toEqual({ terraform_data: { one: { input: "${var.x}" } } });
});

test("an output is written as it stands, with what it waits for", () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  new LiteralOutput(stack, "open", { value: "${local.a}", description: "Open." }, ["aws_iam_role.this"]);
  new LiteralOutput(stack, "secret", { value: "${local.b}", description: "Secret.", sensitive: true }, []);
  expect(at(stack.toTerraform(), "output")).toEqual({
    open: { value: "${local.a}", description: "Open.", depends_on: ["aws_iam_role.this"] },
    secret: { value: "${local.b}", description: "Secret.", sensitive: true, depends_on: [] },
  });
});
