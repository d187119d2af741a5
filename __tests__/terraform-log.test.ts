import { outcome, summary, withoutCodes } from "../scripts/support/terraform-log";

const BOXES = `
╷
│ Warning: Deprecated attribute
│
│ Use another.
╵
\u001b[31m╷\u001b[0m
│ \u001b[1mError: \u001b[0mattaching IAM Policy: NoSuchEntity\r
│
│   with aws_iam_role_policy_attachment.policies["own"],
╵
╷
│ Error: another
╵
`;

describe("the outcome of an account", () => {
  test.each([
    ["4 added, 0 changed, 0 destroyed", "done"],
    ["1 imported, 0 added, 0 changed, 0 destroyed", "done"],
    ["0 added, 0 changed, 10 destroyed", "done"],
    ["0 added, 0 changed, 0 destroyed", "unchanged"],
  ])("%s: %s", (detail, status) => {
    const log = `\u001b[32mApply complete! Resources: ${detail}.\u001b[0m\r\n\r\nOutputs:\r\n`;
    expect(outcome("a", log)).toEqual({ account: "a", status, detail });
  });

  test("a failure is told in Terraform's own error lines, without frames, colours and warnings", () => {
    const detail = [
      "Error: attaching IAM Policy: NoSuchEntity",
      "",
      '  with aws_iam_role_policy_attachment.policies["own"],',
      "",
      "Error: another",
    ].join("\n");
    expect(outcome("a", BOXES, "exit 1")).toEqual({ account: "a", status: "failed", detail });
  });

  test("without boxes, the lines from the first error on; without any, what was thrown", () => {
    expect(outcome("a", "Initializing...\nError: no bucket\n\nMake it.\n", "exit 1").detail).toBe(
      "Error: no bucket\n\nMake it.",
    );
    expect(outcome("a", "", new Error("spawn terraform ENOENT")).detail).toBe("Error: spawn terraform ENOENT");
  });
});

describe("the codes of activations", () => {
  test.each([
    // The first two are Terraform 1.11's own lines, of a replacement and a deletion.
    [
      '      ~ activation_code    = "Q2/lR+n2" -> (known after apply)',
      "~ activation_code    = (sensitive value) -> (known after apply)",
    ],
    ['      - activation_code    = "Q2/lR+n2" -> null\r', "- activation_code    = (sensitive value) -> null\r"],
    [
      '      ~ activation_code = "Q2/lR+n2" -> "W7/xS+m3"',
      "~ activation_code = (sensitive value) -> (sensitive value)",
    ],
    [
      '\u001b[33m~\u001b[0m\u001b[0mactivation_code\u001b[0m = "Q2/lR+n2"',
      "\u001b[0mactivation_code\u001b[0m = (sensitive value)",
    ],
  ])("are not in the log: %j", (line, masked) => {
    const log = withoutCodes(`${line}\n      ~ id = "193cefc6" -> (known after apply)\n`);
    expect(log).toContain(masked);
    expect(log).not.toMatch(/Q2|W7/);
    expect(log).toContain('id = "193cefc6"');
  });

  test("and all else is as Terraform said it", () => {
    const log = `${BOXES}activation_codes = <sensitive>\nactivation_ids = { "line-1" = "193cefc6" }\n`;
    expect(withoutCodes(log)).toBe(log);
  });
});

test("the summary counts each kind, gives the reasons, and says how to go on", () => {
  const logOf = (account: string) => `${account}.log`;
  expect(summary([{ account: "a", status: "unchanged" }], logOf)).toBe("unchanged (1): a");
  const failed = { account: "b", status: "failed", detail: "Error: x\n\ny" } as const;
  expect(summary([{ account: "a", status: "done" }, failed, { account: "c", status: "not started" }], logOf)).toBe(
    [
      "done (1): a",
      "not started (1): c",
      "failed (1): b",
      "  b: all it said is in b.log",
      "      Error: x",
      "",
      "      y",
      "Mend the cause and run it again: what is done stays as it is.",
    ].join("\n"),
  );
});
