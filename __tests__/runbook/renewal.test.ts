import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountOf } from "../../lib/config/account";
import { activation } from "../../lib/runbook/activation";
import type { ActivationRenewal } from "../../lib/runbook/renewal";
import { activationRunbook } from "../../lib/runbook/runbook";
import { errorsIn } from "../support";
import { FULL, RENEWAL, RENEWED } from "./support";

const steps = (renewal: ActivationRenewal) => activation(accountOf("a", RENEWED), "1.fleet", renewal).steps;

test("checks whether an activation is needed after the check of the account and before the activation", () => {
  const secret = {
    secret: "hybrid/line-1",
    secretArn: "arn:aws:secretsmanager:eu-central-1:111111111111:secret:hybrid/line-1",
  };
  expect(steps(RENEWAL)).toMatchObject([
    { kind: "check" },
    { kind: "renew", ...secret, expired: true, full: true, days: 6 },
    { kind: "activate", deliver: { secret: "hybrid/line-1" } },
  ]);
});

test("sets the tags of the account on a new secret, and a tag that identifies it, but not the tags of the machines", () => {
  const [tags] = steps(RENEWAL).flatMap((step) => (step.kind === "activate" ? [step.deliver?.tags] : []));
  expect(tags).toEqual([
    { Key: "Owner", Value: "platform" },
    { Key: "Straße", Value: "é" },
    { Key: "hybrid-activation", Value: "a/1.fleet" },
  ]);
});

test("uses a secret in the activation's region and partition", () => {
  const activations = { west: { byRunbook: true, region: "cn-northwest-1" } };
  const account = accountOf("a", { accountId: "222222222222", region: "cn-north-1", activations });
  const { steps } = activation(account, "west", { renewIf: "full", deliver: "secretsmanager:s" });
  const secretArn = "arn:aws-cn:secretsmanager:cn-northwest-1:222222222222:secret:s";
  expect(steps).toContainEqual(expect.objectContaining({ kind: "renew", secretArn }));
});

/** API_CreateSecret: "letters, numbers, and the following characters: /_+=.@-"; at most 512. */
test.each(["a", "/a_b+c=d.e@f-g", "a".repeat(512), "hybrid/line-1", "x-12345", "x-1234567"])(
  "accepts the secret %s",
  (name) => {
    expect(steps({ renewIf: "full", deliver: `secretsmanager:${name}` })).toHaveLength(3);
  },
);

test.each([
  [{ renewIf: "full" }, "--deliver", "is required with --renew-if.", "Add --deliver secretsmanager:hybrid/line-1."],
  [{ deliver: "secretsmanager:a" }, "--renew-if", "is required with --deliver.", "Add --renew-if expired,full,7d."],
  [{ renewIf: "expird" }, "--renew-if", "must be expired, full or a number", "Did you mean expired?"],
  [{ renewIf: "full,ful" }, "--renew-if", "must be expired, full or a number", "Did you mean full?"],
  [{ renewIf: "7" }, "--renew-if", "must be expired, full or a number", "Did you mean 7d?"],
  [{ renewIf: "never" }, "--renew-if", "must be expired, full or a number", "Write one or more of these"],
  [{ renewIf: "" }, "--renew-if", "must be expired, full or a number", "Write one or more of these"],
  [{ renewIf: "0d" }, "--renew-if", "must be expired, full or a number", "Write one or more of these"],
  [{ renewIf: "100d" }, "--renew-if", "must be expired, full or a number", "Write one or more of these"],
  [{ deliver: "parameterstore:/a" }, "--deliver", "allows ssm:GetParameter for every parameter", "secretsmanager:"],
  [{ deliver: "parameter-store:/a" }, "--deliver", "must not be Parameter Store", "secretsmanager:"],
  [{ deliver: "ssm:/a" }, "--deliver", "must not be Parameter Store", "secretsmanager:"],
  [{ deliver: "hybrid/line-1" }, "--deliver", "must be secretsmanager:<name", "secretsmanager:hybrid/line-1"],
  [{ deliver: "secretsmanager:" }, "--deliver", "must be secretsmanager:<name", "secretsmanager:hybrid/line-1"],
  [
    { deliver: "secretsmanager:a b" },
    "--deliver",
    "1 to 512 letters, digits or any of / _ + = . @ -",
    "Choose another",
  ],
  [{ deliver: "secretsmanager:a'b" }, "--deliver", "1 to 512 letters", "Choose another"],
  [{ deliver: "secretsmanager:ä" }, "--deliver", "1 to 512 letters", "Choose another"],
  [{ deliver: `secretsmanager:${"a".repeat(513)}` }, "--deliver", "1 to 512 letters", "Choose another"],
  [
    { deliver: "secretsmanager:x-123456" },
    "--deliver",
    "must not end with a hyphen and six characters",
    "Choose another",
  ],
])("refuses %j", (options, field, rule, fix) => {
  const both = "renewIf" in options && "deliver" in options;
  const other = "renewIf" in options ? { deliver: "secretsmanager:a" } : { renewIf: "full" };
  const missing = rule.startsWith("is required");
  const renewal = both || missing ? options : { ...other, ...options };
  expect(errorsIn(() => steps(renewal))).toMatchObject([
    { field, account: "a", rule: expect.stringContaining(rule), fix: expect.stringContaining(fix) },
  ]);
});

const ENTRY = { byRunbook: true, expiresInDays: 7 };
test.each([
  [{ ...ENTRY, byRunbook: false }, "full", "by_runbook", "Write by_runbook: true."],
  [
    { byRunbook: true, expirationDate: "2026-12-24T18:00:00Z" },
    "full",
    "expiration_date",
    "Write expires_in_days instead.",
  ],
  [ENTRY, "7d", "expires_in_days", "Write expires_in_days: 14, or fewer days."],
  [ENTRY, "1d,9d", "expires_in_days", "Write expires_in_days: 16, or fewer days."],
  [{ byRunbook: true }, "1d", "expires_in_days", "Write expires_in_days: 8, or fewer days."],
  [{ ...ENTRY, expiresInDays: 30 }, "30d", "expires_in_days", "Write fewer days."],
])("refuses the entry %j with %s", (entry, renewIf, field, fix) => {
  const account = accountOf("a", { ...FULL, activations: { line: entry } });
  const renewal = { renewIf, deliver: "secretsmanager:a" };
  expect(errorsIn(() => activation(account, "line", renewal))).toMatchObject([
    { code: "renewal", account: "a", field: `activations.line.${field}`, fix },
  ]);
});

test("accepts one day less than the activation's lifetime", () => {
  const account = accountOf("a", { ...FULL, activations: { line: ENTRY } });
  const { steps } = activation(account, "line", { renewIf: "6d", deliver: "secretsmanager:a" });
  expect(steps).toContainEqual(expect.objectContaining({ kind: "renew", expired: false, full: false, days: 6 }));
});

describe("the script for a POSIX shell", () => {
  const script = activationRunbook("a", RENEWED, "1.fleet", "aws-cli", RENEWAL);

  test("parses the times of both versions of the AWS CLI like JavaScript", () => {
    const moments = ["2024-02-29T23:59:00Z", "2025-03-01T00:00:00Z", "2026-08-09T08:09:00Z", "2028-02-28T10:01:00Z"];
    for (let day = 0; day < 1500; day++)
      moments.push(new Date(Date.UTC(2026, 0, 1 + day, day % 24, day % 60)).toISOString());
    const [unixTime = ""] = /^unix_time\(\) \{\n(.*\n)*?\}$/m.exec(script) ?? [];
    const forms = moments.flatMap((moment) => {
      const seconds = Date.parse(moment) / 1000;
      return [
        moment.replace(/(\.000)?Z/, ".123000+00:00"),
        moment.replace(/(\.000)?Z/, "+00:00"),
        `${seconds}.123`,
        `${seconds}`,
      ];
    });
    const { stdout } = spawnSync("/bin/sh", [
      "-euc",
      `${unixTime}\nfor one in ${forms.join(" ")}; do unix_time "$one"; done`,
    ]);
    const expected = moments.flatMap((moment) => Array(4).fill(Date.parse(moment) / 1000));
    expect(stdout.toString().trim().split("\n").map(Number)).toEqual(expected);
  });

  test("prints the activation whose code is lost if a signal ends the script", () => {
    const folder = mkdtempSync(join(tmpdir(), "renewal-"));
    try {
      const attached = (script.match(/(?<=is_attached ')arn:[^']+/g) ?? []).join(" ");
      const aws = `#!/bin/sh
case "$*" in
*get-caller-identity*) echo 111111111111 ;;
*list-attached-role-policies*) echo '${attached}' ;;
*create-activation*) echo '{ "ActivationId": "the-id", "ActivationCode": "the-code" }' ;;
*describe-secret*) echo 'ResourceNotFoundException' >&2; exit 254 ;;
*create-secret*) kill -TERM $PPID ;;
esac
`;
      for (const [name, text] of Object.entries({ aws, "renew.sh": script })) {
        writeFileSync(join(folder, name), text);
        chmodSync(join(folder, name), 0o755);
      }
      const env = { PATH: `${folder}:/usr/bin:/bin`, TMPDIR: folder };
      const { status, stdout, stderr } = spawnSync(join(folder, "renew.sh"), { cwd: folder, env });
      expect({ status, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
        status: 1,
        stdout: "The secret hybrid/line-1 does not exist yet.\n",
        stderr: expect.stringMatching(/^The activation the-id was created, but storing its code failed\..*\n$/),
      });
      expect(readdirSync(folder).sort()).toEqual(["aws", "renew.sh"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
