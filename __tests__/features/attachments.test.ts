import { App, TerraformStack } from "cdktf";
import { attach, attachEach, attachShared } from "../../lib/features/attachments";
import { code, hcl } from "../../lib/terraform/hcl";
import { at } from "../support";

const SHARED = { feature: "things", suffix: "my-things", description: "d", document: code("jsonencode({})") };

function inStack<Made>(make: (stack: TerraformStack) => Made): { made: Made; root: unknown } {
  const stack = new TerraformStack(new App({ stackTraces: false }), "s");
  return { made: make(stack), root: stack.toTerraform() };
}

test("one policy is attached to the role", () => {
  const { made, root } = inStack((stack) => attach(stack, "core", "arn:aws:iam::aws:policy/P"));
  expect(made).toBe("aws_iam_role_policy_attachment.core");
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "core")).toEqual({
    role: "${aws_iam_role.this.name}",
    policy_arn: "arn:aws:iam::aws:policy/P",
  });
});

test("a policy is attached for each entry of a feature", () => {
  const { made, root } = inStack((stack) => attachEach(stack, "things", (e) => hcl`coalesce(${e}.policy_arn, one.e)`));
  expect(made).toEqual({
    attached: {
      attachment: "aws_iam_role_policy_attachment.things",
      adoption: {
        for_each: "${var.things}",
        to: "aws_iam_role_policy_attachment.things[each.key]",
        id: "${local.role_name}/${coalesce(each.value.policy_arn, one.e)}",
      },
      policyArns: code('{ for k, e in var.things : "things[${jsonencode(k)}]" => coalesce(e.policy_arn, one.e) }'),
    },
  });
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "things")).toEqual({
    for_each: "${var.things}",
    role: "${aws_iam_role.this.name}",
    policy_arn: "${coalesce(each.value.policy_arn, one.e)}",
  });
});

test("one policy is made for all entries of a feature, and attached", () => {
  const requires = ["ok", "fine"].map((word) => ({
    condition: `\${local.${word}}`,
    errorMessage: `things: must be ${word}`,
  }));
  const { made, root } = inStack((stack) => attachShared(stack, SHARED, { attachments: [] }, ...requires));
  expect(made).toEqual({
    attached: {
      attachment: "aws_iam_role_policy_attachment.things",
      policyArns: code(
        '{ for k in ["things"] : k => "arn:${local.partition}:iam::${local.account_id}:policy${local.path}${local.role_name}-my-things" if length(var.things) > 0 }',
      ),
    },
  });
  expect(at(root, "locals")).toEqual({ things_document: "${jsonencode({})}" });
  expect(at(root, "resource", "aws_iam_policy", "things")).toEqual({
    for_each: '${length(var.things) > 0 ? toset(["this"]) : toset([])}',
    name: "${local.role_name}-my-things",
    path: "${local.path}",
    description: "d",
    policy: "${local.things_document}",
    lifecycle: {
      precondition: [
        {
          condition: "${length(local.things_document) <= 6144}",
          error_message: "things: must make a policy of at most 6,144 characters, white space left out",
        },
        { condition: "${local.ok}", error_message: "things: must be ok" },
        { condition: "${local.fine}", error_message: "things: must be fine" },
      ],
    },
  });
  expect(at(root, "resource", "aws_iam_role_policy_attachment", "things")).toEqual({
    for_each: "${aws_iam_policy.things}",
    role: "${aws_iam_role.this.name}",
    policy_arn: "${each.value.arn}",
  });
});
