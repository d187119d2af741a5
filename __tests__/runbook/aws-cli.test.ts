import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { posixQuote } from "../../lib/runbook/aws-cli";
import { runbook } from "../../lib/runbook/runbook";
import { CHINA, FULL, TRICKY } from "./support";

test("quotes any text for a POSIX shell", () => {
  const texts = [TRICKY, "", "'", "''", "a\nb", "-n", "~", "$'x'"];
  const { stdout } = spawnSync("/bin/sh", ["-c", `printf '%s\\0' ${texts.map(posixQuote).join(" ")}`]);
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
  ["the account cannot be told", "get-caller-identity", 255],
  ["IAM refuses to tell of a policy", "get-policy", 1],
  ["IAM refuses to tell of the role", "get-role", 1],
])("writes nothing where %s", (_, denied, code) => {
  const finished = runScript(runbook("a", FULL), { denied });
  expect(finished.code).toBe(code);
  expect(finished.stderr).toContain("AccessDenied");
  expect(finished.calls.filter((call) => !/^(sts|iam) get-/.test(call))).toEqual([]);
});

test("stops where IAM refuses to tell of a document, instead of writing it anew", () => {
  const { code, calls } = runScript(runbook("a", FULL), { denied: "==", exists: true });
  expect(code).toBe(1);
  expect(calls.at(-1)).toContain("--query Role.AssumeRolePolicyDocument == `{");
});

test("is ASCII, for one region, and needs no more than the AWS CLI and a POSIX shell", () => {
  const script = runbook("a", FULL);
  expect(script).toMatch(/^#!\/bin\/sh\n[\n -~]+\n$/);
  const commands = script
    .replaceAll(/<< 'EOF'\n(.|\n)*?\nEOF/g, "")
    .replaceAll(" \\\n", " ")
    .split("\n");
  const calls = commands.filter((line) => /\baws (iam|sts) /.test(line) && !line.startsWith("#"));
  expect(calls.filter((line) => !line.includes("--region 'eu-central-1'"))).toEqual([]);
  const words = commands
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => line.match(/[a-z][a-z0-9_-]*/g) ?? []);
  const others = ["jq", "python", "node", "sed", "awk", "grep", "mktemp", "bash", "local"];
  expect(words.filter((word) => others.includes(word))).toEqual([]);
});

/** How the AWS CLI behaves. */
interface Behaviour {
  /** Calls that hold this text are denied. @default - none */
  readonly denied?: string;
  /** Whether what is asked for is there, just as the script would have it. @default false */
  readonly exists?: boolean;
}

/** Runs a script with a program in the AWS CLI's place that writes down how it is called. */
function runScript(script: string, { denied = "nothing", exists = false }: Behaviour = {}) {
  const folder = mkdtempSync(join(tmpdir(), "runbook-"));
  try {
    const aws = `#!/bin/sh
printf '%s\\n' "$(printf '%s ' "$@" | tr '\\n' ' ')" >> ${posixQuote(join(folder, "calls"))}
case "$*" in
*${posixQuote(denied)}*) echo 'An error occurred (AccessDenied)' >&2; exit 255 ;;
*get-caller-identity*) case "$*" in *cn-north-1*) echo 222222222222 ;; *) echo 111111111111 ;; esac ;;
*get-policy*:policy/hybrid/*|*get-role*"--query Role.Arn --region"*)
  [ ${exists ? 1 : 0} = 1 ] || { echo 'An error occurred (NoSuchEntity)' >&2; exit 254; }
  echo arn:aws:iam::111111111111:role/hybrid/Role ;;
*) echo True ;;
esac
`;
    for (const [name, text] of [
      ["aws", aws],
      ["runbook.sh", script],
    ] as const) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    const env = { PATH: `${folder}:/usr/bin:/bin`, TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync(join(folder, "runbook.sh"), { cwd: folder, env });
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    expect(readdirSync(folder).sort()).toEqual(["aws", "calls", "runbook.sh"]);
    return {
      code: status,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      calls: calls.map((call) => call.trim()),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
