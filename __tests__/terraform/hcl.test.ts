import { PARTITIONS, partitionOf, serviceNames } from "../../lib/aws/partitions";
import {
  awsManagedPolicy,
  code,
  expression,
  hcl,
  hclString,
  partitionOfRegion,
  serviceNamesOfPartition,
} from "../../lib/terraform/hcl";

test("an expression is wrapped for Terraform JSON", () => {
  expect([expression("var.x"), expression(code("var.x"))]).toEqual(["${var.x}", "${var.x}"]);
});

test("hcl encodes strings and lists, leaves code, and writes one line", () => {
  const written = hcl`{
    a = ${'x "${y}"'}, b = ${["p", "q"]},
      c = ${code("var.c")}, d = "\${var.d}"
  }`;
  expect(written.code).toBe('{ a = "x \\"$${y}\\"", b = ["p","q"], c = var.c, d = "${var.d}" }');
});

test("the ARN of AWS's policy is a template", () => {
  expect(awsManagedPolicy("P").code).toBe('"arn:${local.partition}:iam::aws:policy/P"');
});

test("a region's partition, and a service's names in it, are those of the table", () => {
  expect(partitionOfRegion("r").code).toBe(
    '(startswith(r, "cn-") ? "aws-cn" : startswith(r, "us-gov-") ? "aws-us-gov" : "aws")',
  );
  expect(["us-gov-east-1", "cn-north-1", "eu-central-1"].map(partitionOf)).toEqual(["aws-us-gov", "aws-cn", "aws"]);
  expect(serviceNamesOfPartition("ssm").code).toBe(
    '["ssm.amazonaws.com"], local.partition == "aws-cn" ? ["ssm.amazonaws.com.cn"] : []',
  );
  expect(PARTITIONS.map((partition) => serviceNames(partition, "ssm").length)).toEqual([1, 2, 1]);
});

test.each([
  ["plain", '"plain"'],
  ['a "b" \\d', '"a \\"b\\" \\\\d"'],
  ["${x} %{y}", '"$${x} %%{y}"'],
  ["$${x}", '"$$${x}"'],
  ["$ { % x", '"$ { % x"'],
])("%s as Terraform's text", (value, hcl) => {
  expect(hclString(value)).toBe(hcl);
});
