import { outcome, summary, wayOut, withoutCodes } from "../../scripts/support/terraform-log";

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

describe("the way out after a run that was cut off", () => {
  const LOCALS = { account_id: "111111111111", partition: "aws-cn", path: "/ssm/" };
  /** Terraform 1.11's words, in its frame or without. */
  const locked = (frame: string) =>
    [
      "Error: Error acquiring the state lock",
      "",
      "Error message: operation error S3: PutObject, StatusCode: 412, PreconditionFailed",
      "Lock Info:",
      "  ID:        193cefc6-47c7-1e50-8b3c-6a2d5b2f6a11",
      "  Path:      example-terraform-state/one.tfstate",
      "  Operation: OperationTypeApply",
      "  Who:       Build Agent@runner",
      "  Version:   ",
      "  Created:   2026-01-02 03:04:05 +0000 UTC",
      "  Info:      ",
      "",
      "Terraform acquires a state lock",
    ]
      .map((line) => `${frame}${line}\n`)
      .join("");
  const exists = (operation: string, kind: string, name: string, address: string) =>
    [
      "╷",
      `│ Error: creating IAM ${kind} (${name}): operation error IAM: ${operation}, https response error`,
      "│ StatusCode: 409, RequestID: abc, EntityAlreadyExists: Name is taken.",
      "│ ",
      `│   with ${address},`,
      "│   on cdk.tf.json line 9, in resource.x:",
      "╵\n",
    ].join("\r\n");

  test.each(["", "│ ", "\u001b[31m│\u001b[0m \u001b[0m"])(
    "a lock is given back by its id, in the frame %j",
    (frame) => {
      expect(wayOut(locked(frame), "out/one", LOCALS)).toBe(
        "Build Agent@runner has held the lock since 2026-01-02 03:04:05 +0000 UTC. Once that run is known to be dead, and not before:\n" +
          "  terraform -chdir='out/one' force-unlock 193cefc6-47c7-1e50-8b3c-6a2d5b2f6a11",
      );
    },
  );

  test("what is there already is imported, each by its own address and id", () => {
    const log =
      exists("CreateRole", "Role", "SSMServiceRole", "aws_iam_role.this") +
      exists("CreatePolicy", "Policy", "SSMServiceRole-user-access-line", 'aws_iam_policy.user_access["line"]') +
      BOXES;
    expect(wayOut(log, "out/one", LOCALS)?.split("\n").slice(1, 3)).toEqual([
      "  terraform -chdir='out/one' import 'aws_iam_role.this' 'SSMServiceRole'",
      "  terraform -chdir='out/one' import 'aws_iam_policy.user_access[\"line\"]' " +
        "'arn:aws-cn:iam::111111111111:policy/ssm/SSMServiceRole-user-access-line'",
    ]);
  });

  test("of other failures there is none", () => {
    expect(wayOut(BOXES, "out/one", LOCALS)).toBeUndefined();
    expect(wayOut("", "out/one", LOCALS)).toBeUndefined();
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
  const failed = { account: "b", status: "failed", detail: "Error: x\n\ny", wayOut: "Paste:\n  z" } as const;
  expect(summary([{ account: "a", status: "done" }, failed, { account: "c", status: "not started" }], logOf)).toBe(
    [
      "done (1): a",
      "not started (1): c",
      "failed (1): b",
      "  b: all it said is in b.log",
      "      Error: x",
      "",
      "      y",
      "",
      "      Paste:",
      "        z",
      "",
      "Mend the cause and run it again: what is done stays as it is.",
    ].join("\n"),
  );
});
