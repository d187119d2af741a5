import { partitionOf } from "../../lib/aws/partitions";
import {
  awsManagedPolicy,
  code,
  dnsSuffixesOf,
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

test("the ARN of an AWS managed policy is a template", () => {
  expect(awsManagedPolicy("P").code).toBe('"arn:${local.partition}:iam::aws:policy/P"');
});

test("a region's partition, and a service's names in it, are those of the table", () => {
  expect(partitionOfRegion("r").code).toBe(
    '(startswith(r, "cn-") ? "aws-cn" : startswith(r, "us-gov-") ? "aws-us-gov" : startswith(r, "eusc-") ? "aws-eusc" : ' +
      'startswith(r, "us-iso-") ? "aws-iso" : startswith(r, "us-isob-") ? "aws-iso-b" : ' +
      'startswith(r, "eu-isoe-") ? "aws-iso-e" : startswith(r, "us-isof-") ? "aws-iso-f" : "aws")',
  );
  expect(["us-gov-east-1", "cn-north-1", "eu-central-1"].map(partitionOf)).toEqual(["aws-us-gov", "aws-cn", "aws"]);
  expect(serviceNamesOfPartition("ssm").code).toBe('[for suffix in local.dns_suffixes : "ssm.${suffix}"]');
  expect(dnsSuffixesOf(code("p")).code).toMatch(
    /^lookup\(\{ "aws" = \["amazonaws.com"\], "aws-cn" = \["amazonaws.com","amazonaws.com.cn"\], .* \}, p, \["amazonaws.com"\]\)$/,
  );
});

test.each([
  ["plain", '"plain"'],
  ['a "b" \\d', '"a \\"b\\" \\\\d"'],
  ["${x} %{y}", '"$${x} %%{y}"'],
  ["$${x}", '"$$${x}"'],
  ["$ { % x", '"$ { % x"'],
])("%s as a Terraform string", (value, hcl) => {
  expect(hclString(value)).toBe(hcl);
});
