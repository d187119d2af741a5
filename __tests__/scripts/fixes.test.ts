import { parseAccounts } from "../../lib/config/fleet";
import { fixFor } from "../../scripts/support/fixes";
import type { Diagnostic } from "../../scripts/support/terraform";

const [ACCOUNT] = [
  ...parseAccounts(
    'accounts: { a: { id: "111111111111", region: cn-north-1, role: { path: /ssm/ }, user_access: { line: { level: operator, node_tags: {} }, own: { level: operator, node_tags: {}, name: n, path: /own/ } } } }',
  ).values(),
];
const ENGINE = { program: "/usr/bin/tofu", env: {} };

function way(errors: readonly Diagnostic[], text = "") {
  if (!ACCOUNT) throw new Error("no account");
  return fixFor({ code: 1, errors, warnings: [], text }, "out/one", ACCOUNT, ENGINE);
}

const exists = (operation: string, kind: string, name: string, address: string): Diagnostic => ({
  severity: "error",
  summary: `creating IAM ${kind} (${name}): operation error IAM: ${operation}, StatusCode: 409, EntityAlreadyExists: Name is taken.`,
  detail: "",
  address,
});

/** Output of Terraform 1.11. */
const LOCKED = [
  "Error message: operation error S3: PutObject, StatusCode: 412, PreconditionFailed",
  "Lock Info:",
  "  ID:        193cefc6-47c7-1e50-8b3c-6a2d5b2f6a11",
  "  Path:      example-terraform-state/one.tfstate",
  "  Who:       Build Agent@runner",
  "  Version:   ",
  "  Created:   2026-01-02 03:04:05 +0000 UTC",
  "  Info:      ",
].join("\n");

test("the fix for a lock is force-unlock with its id, with the current engine", () => {
  expect(way([{ severity: "error", summary: "Error acquiring the state lock", detail: LOCKED }])).toBe(
    "Build Agent@runner has held the lock since 2026-01-02 03:04:05 +0000 UTC. If you know that this run has ended, release the lock:\n" +
      "  tofu -chdir='out/one' force-unlock 193cefc6-47c7-1e50-8b3c-6a2d5b2f6a11",
  );
});

test("the fix for existing resources is an import of each, with its address and id", () => {
  const found = way([
    exists("CreateRole", "Role", "SSMServiceRole", "aws_iam_role.this"),
    exists("CreatePolicy", "Policy", "SSMServiceRole-user-access-line", 'aws_iam_policy.user_access["line"]'),
    exists("CreatePolicy", "Policy", "n", 'aws_iam_policy.user_access["own"]'),
    { severity: "error", summary: "attaching IAM Policy: NoSuchEntity", address: "aws_iam_role_policy_attachment.x" },
  ]);
  expect(found?.split("\n").slice(1, 4)).toEqual([
    "  tofu -chdir='out/one' import 'aws_iam_role.this' 'SSMServiceRole'",
    "  tofu -chdir='out/one' import 'aws_iam_policy.user_access[\"line\"]' " +
      "'arn:aws-cn:iam::111111111111:policy/ssm/SSMServiceRole-user-access-line'",
    "  tofu -chdir='out/one' import 'aws_iam_policy.user_access[\"own\"]' 'arn:aws-cn:iam::111111111111:policy/own/n'",
  ]);
});

test("other errors have no fix", () => {
  expect(way([{ severity: "error", summary: "attaching IAM Policy: NoSuchEntity" }])).toBeUndefined();
  expect(way([], "killed")).toBeUndefined();
});
