import { awsManagedPolicy, expression, hclString, hclText, ownPolicy } from "../../lib/terraform/hcl";

test("an expression is wrapped for Terraform JSON", () => {
  expect(expression("var.x")).toBe("${var.x}");
});

test("the ARNs of policies are templates", () => {
  expect(awsManagedPolicy("P")).toBe('"arn:${local.partition}:iam::aws:policy/P"');
  expect(ownPolicy("s3")).toBe(
    '"arn:${local.partition}:iam::${local.account_id}:policy${local.path}${local.role_name}-s3"',
  );
});

test.each([
  ["plain", '"plain"'],
  ['a "b" \\d', '"a \\"b\\" \\\\d"'],
  ["${x} %{y}", '"$${x} %%{y}"'],
  ["$${x}", '"$$${x}"'],
  ["$ { % x", '"$ { % x"'],
])("%s as Terraform's text", (value, hcl) => {
  expect(hclString(value)).toBe(hcl);
  expect(hclText(value)).toBe(hcl.slice(1, -1));
});
