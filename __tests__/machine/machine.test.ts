import { machineScript } from "../../lib/machine/machine";
import { FULL, HOSTILE } from "../runbook/support";

const PLAIN = { accountId: "111111111111", region: "eu-central-1", activations: { fleet: {} } };

/**
 * URL in AWS's pages: amazon-ssm-<region>.s3.<region>.<suffix>. aws/eks-hybrid (internal/ssm/source.go) has the suffix
 * of each partition.
 */
test.each([
  ["eu-central-1", "https://amazon-ssm-eu-central-1.s3.eu-central-1.amazonaws.com/latest"],
  ["us-gov-west-1", "https://amazon-ssm-us-gov-west-1.s3.us-gov-west-1.amazonaws.com/latest"],
  ["cn-north-1", "https://amazon-ssm-cn-north-1.s3.cn-north-1.amazonaws.com.cn/latest"],
  ["us-iso-east-1", "https://amazon-ssm-us-iso-east-1.s3.us-iso-east-1.c2s.ic.gov/latest"],
])("downloads from the bucket of %s", (region, source) => {
  const props = { ...PLAIN, region };
  expect(machineScript("a", props, "fleet", "linux", undefined)).toContain(
    `url='${source}'/\${system}_$cpu/ssm-setup-cli\n`,
  );
  expect(machineScript("a", props, "fleet", "windows", undefined)).toContain(
    `"${source}/windows_$cpu/ssm-setup-cli.exe"`,
  );
});

test.each(["linux", "windows"] as const)("the script for %s contains no strings of the file", (os) => {
  const script = machineScript("a", FULL, "1.fleet", os, undefined);
  expect(script).not.toContain(HOSTILE);
  expect(script).toMatch(/^[\n -~]+$/);
});

test("refuses an activation that the account does not have, and suggests the nearest", () => {
  expect(() => machineScript("a", PLAIN, "flet", "linux", undefined)).toThrow("Did you mean fleet?");
});
