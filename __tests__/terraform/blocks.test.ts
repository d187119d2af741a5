import { App, TerraformStack } from "cdktf";
import { LiteralBlock, LiteralOutput } from "../../lib/terraform/blocks";
import { at } from "../support";

/** Returns the output of a stack with the blocks that `make` adds. */
function synth(make: (stack: TerraformStack) => unknown): unknown {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  make(stack);
  return stack.toTerraform();
}

test("blocks of the same kind are written next to each other, with unchanged keys and strings", () => {
  const body = { "us-east-1": { camelCase: "1e5", list: ["${var.x}", null, true] }, snake_case: {} };
  const written = synth((stack) => {
    new LiteralBlock(stack, "locals", "one", body);
    new LiteralBlock(stack, "locals", "two", "2");
    new LiteralBlock(stack, "variable", "three", { type: "string" });
    new LiteralBlock(stack, "resource", "terraform_data.one", { input: "${var.x}" });
    new LiteralBlock(stack, "resource", "terraform_data.two", { input: "${var.y}" });
  });
  expect(at(written, "locals")).toEqual({ one: body, two: "2" });
  expect(at(written, "variable")).toEqual({ three: { type: "string" } });
  expect(at(written, "resource")).toEqual({
    terraform_data: { one: { input: "${var.x}" }, two: { input: "${var.y}" } },
  });
});

test("an output is written unchanged, with its dependencies", () => {
  const open = { value: "${local.a}", description: "Open." };
  const secret = { value: "${local.b}", description: "Secret.", sensitive: true };
  const written = synth((stack) => {
    new LiteralOutput(stack, "open", open, ["aws_iam_role.this"]);
    new LiteralOutput(stack, "secret", secret, []);
  });
  expect(at(written, "output")).toEqual({
    open: { ...open, depends_on: ["aws_iam_role.this"] },
    secret: { ...secret, depends_on: [] },
  });
});
