import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quote } from "../../lib/runbook/aws-cli";
import { activationRunbook, runbook } from "../../lib/runbook/runbook";
import { CHINA, FULL, TRICKY } from "./support";

test("quotes any string for a POSIX shell", () => {
  const texts = [TRICKY, "", "'", "''", "a\nb", "-n", "~", "$'x'"];
  const { stdout } = spawnSync("/bin/sh", ["-c", `printf '%s\\0' ${texts.map(quote).join(" ")}`]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(texts);
});

test("runs the procedure's own commands in a new account", () => {
  const { code, calls } = runScript(runbook("a", CHINA));
  expect(code).toBe(0);
  const role = "--region cn-north-1 --role-name SSMServiceRole";
  expect(calls).toEqual([
    "sts get-caller-identity --region cn-north-1 --query Account --output text",
    "iam get-role --role-name SSMServiceRole --query Role.Arn --region cn-north-1 --output text",
    `iam create-role ${role} --path / --assume-role-policy-document file://SSMService-Trust.json ` +
      "--max-session-duration 3600 --query Role.Arn --output text",
    `iam wait role-exists ${role}`,
    `iam list-attached-role-policies ${role} --query AttachedPolicies[].PolicyArn --output text`,
    `iam attach-role-policy ${role} --policy-arn arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore`,
    expect.stringContaining(`iam list-attached-role-policies ${role} --query AttachedPolicies[?!contains(`),
    `iam get-role ${role} --query Role.Arn --output text`,
  ]);
});

test.each([
  ["the account is unknown", "get-caller-identity", 255],
  ["IAM denies reading a policy", "get-policy", 1],
  ["IAM denies reading a group", "get-group", 1],
  ["IAM denies reading the role", "get-role", 1],
])("writes nothing if %s", (_, denied, code) => {
  const finished = runScript(runbook("a", FULL), { denied });
  expect(finished.code).toBe(code);
  expect(finished.stderr).toContain("AccessDenied");
  expect(finished.calls.filter((call) => !/^(sts|iam) get-/.test(call))).toEqual([]);
});

test.each([
  ["group", "get-group --group-name o=1,@+", "o=1,@+"],
  ["role", "get-role --role-name Night", "Night"],
  ["user", "get-user --user-name jo", "jo"],
])("writes nothing if a %s of the file is missing", (kind, missing, name) => {
  const { code, stderr, calls } = runScript(runbook("a", FULL), { missing });
  expect({ code, stderr }).toEqual({ code: 1, stderr: `The ${kind} ${name} does not exist. Nothing was written.\n` });
  expect(calls.filter((call) => !/^(sts|iam) get-/.test(call))).toEqual([]);
});

test("creates one activation after the role has its policies", () => {
  const start = Math.floor(Date.now() / 1000);
  const { code, stdout, stderr, calls } = runScript(activationRunbook("a", FULL, "1.fleet"), { attachedAfter: 2 });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${ANSWER}\n`, stderr: "" });
  expect(calls.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
    "sts get-caller-identity",
    ...["iam list-attached-role-policies", "sleep 3", "iam list-attached-role-policies", "sleep 3"],
    "iam list-attached-role-policies",
    "ssm create-activation",
  ]);
  const [, expires] = /--expiration-date ([0-9]+) /.exec(calls.at(-1) as string) ?? [];
  expect(Number(expires) - 7 * 24 * 60 * 60).toBeGreaterThanOrEqual(start);
  expect(Number(expires) - 7 * 24 * 60 * 60).toBeLessThanOrEqual(Date.now() / 1000);
  expect(calls.at(-1)?.replace(` --expiration-date ${expires}`, "")).toBe(
    "ssm create-activation --region eu-central-1 --iam-role machines/Hybrid --registration-limit 50 " +
      "--cli-input-json file://activation.json --output json",
  );
});

test.each([
  ["dated", "--registration-limit 1 --expiration-date 2026-12-24T18:00:00Z --cli-input-json"],
  ["plain", "--registration-limit 1 --cli-input-json"],
])("sets the expiry of the activation %s as in its entry", (label, options) => {
  const { calls } = runScript(activationRunbook("a", FULL, label), { attachedAfter: 0 });
  expect(calls.at(-1)).toContain(options);
});

test.each([
  ["a policy is not attached", { attachedAfter: 99 }, "The role Hybrid does not have all of its policies"],
  ["IAM denies reading the role", { denied: "list-attached" }, "AccessDenied"],
  ["the account is another", { account: "222222222222" }, "not of a (111111111111). Nothing was written."],
])("creates no activation if %s", (_, behavior, stderr) => {
  const finished = runScript(activationRunbook("a", FULL, "plain"), behavior);
  expect(finished).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(stderr) });
  expect(finished.calls.filter((call) => call.startsWith("ssm"))).toEqual([]);
});

test("stops if IAM denies reading a document, and does not overwrite it", () => {
  const { code, calls } = runScript(runbook("a", FULL), { denied: "type(@)", exists: true });
  expect(code).toBe(1);
  expect(calls.at(-1)).toContain("--query Role.AssumeRolePolicyDocument | type(@) == 'object'");
});

test.each([runbook("a", FULL), activationRunbook("a", FULL, "1.fleet")])(
  "is ASCII, for one region, and needs only the AWS CLI and a POSIX shell",
  (script) => {
    expect(script).toMatch(/^#!\/bin\/sh\n[\n -~]+\n$/);
    const commands = script
      .replaceAll(/<< 'EOF'\n(.|\n)*?\nEOF/g, "")
      .replaceAll(" \\\n", " ")
      .split("\n");
    const calls = commands.filter((line) => /\baws (iam|sts|ssm) /.test(line) && !line.startsWith("#"));
    expect(calls.filter((line) => !line.includes("--region 'eu-central-1'"))).toEqual([]);
    const words = commands
      .filter((line) => !line.startsWith("#"))
      .flatMap((line) => line.match(/[a-z][a-z0-9_-]*/g) ?? []);
    expect(calls.length).toBeGreaterThan(2);
    const others = ["jq", "python", "node", "sed", "awk", "grep", "mktemp", "bash", "local"];
    expect(words.filter((word) => others.includes(word))).toEqual([]);
  },
);

/** Output of the AWS CLI for a new activation. */
const ANSWER = JSON.stringify({ ActivationId: "id", ActivationCode: "secret" });

/** Behavior of the AWS CLI. */
interface Behavior {
  /** Account of the credentials. @default - the account of the script */
  readonly account?: string;
  /** Calls that contain this string fail with NoSuchEntity. @default - none */
  readonly missing?: string;
  /** Number of requests after which the role and its policies exist. @default - no policy is attached */
  readonly attachedAfter?: number;
  /** Calls that contain this string are denied. @default - none */
  readonly denied?: string;
  /** Whether everything already exists as the script would create it. @default false */
  readonly exists?: boolean;
}

/** Runs a script with a fake AWS CLI that records its calls. */
function runScript(script: string, behavior: Behavior = {}) {
  const { account, denied = "nothing", missing = "nothing", exists = false, attachedAfter } = behavior;
  const folder = mkdtempSync(join(tmpdir(), "runbook-"));
  try {
    const calls = quote(join(folder, "calls"));
    const attached = script.match(/(?<=is_attached ')arn:[^']+/g) ?? [];
    const aws = `#!/bin/sh
printf '%s\\n' "$(printf '%s ' "$@" | tr '\\n' ' ')" >> ${calls}
missing() { echo 'An error occurred (NoSuchEntity)' >&2; exit 254; }
case "$*" in
*${quote(denied)}*) echo 'An error occurred (AccessDenied)' >&2; exit 255 ;;
*${quote(missing)}*) missing ;;
*get-caller-identity*${account ? "" : "never"}) echo ${account} ;;
*create-activation*) echo ${quote(ANSWER)} ;;
*list-attached-role-policies*${attachedAfter === undefined ? "never" : ""})
  [ "$(grep -c list-attached ${calls})" -gt ${attachedAfter} ] || missing
  echo ${quote(attached.join("\t"))} ;;
*get-caller-identity*) case "$*" in *cn-north-1*) echo 222222222222 ;; *) echo 111111111111 ;; esac ;;
*get-policy*:policy/hybrid/*|*get-role*"--query Role.Arn --region"*)
  [ ${exists ? 1 : 0} = 1 ] || missing
  echo arn:aws:iam::111111111111:role/machines/Hybrid ;;
*) echo True ;;
esac
`;
    const sleep = `#!/bin/sh\necho "sleep $*" >> ${calls}\n`;
    for (const [name, text] of [
      ["aws", aws],
      ["sleep", sleep],
      ["runbook.sh", script],
    ] as const) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    const env = { PATH: `${folder}:/usr/bin:/bin`, TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync(join(folder, "runbook.sh"), { cwd: folder, env });
    const called = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    expect(readdirSync(folder).sort()).toEqual(["aws", "calls", "runbook.sh", "sleep"]);
    return {
      code: status,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      calls: called.map((call) => call.trim()),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
