import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, errorText, Log, withoutCodes, withoutSecrets } from "../../scripts/support/terraform";

describe("withoutCodes", () => {
  test.each([
    // Terraform 1.11's lines for a replacement and a deletion.
    '      ~ activation_code    = "Q2/lR+n2" -> (known after apply)',
    '      - activation_code    = "Q2/lR+n2" -> null\r',
    // The provider's lines with TF_LOG=debug: a response of AWS, and a planned value.
    '2026-01-01T00:00:00Z [DEBUG] provider: HTTP Response: http.response.body={"ActivationCode":"Q2/lR+n2","ActivationId":"1"}',
    'http.response.body="{\\"ActivationCode\\":\\"Q2/lR+n2\\"}"',
    '"activation_code":cty.StringVal("Q2/lR+n2")',
  ])("removes the whole line with a code: %s", (line) => {
    expect(withoutCodes(line)).not.toContain("Q2");
  });

  test("keeps all other lines", () => {
    for (const line of ['activation_ids = { "line-1" = "193cefc6" }', "output.activation_codes", ""]) {
      expect(withoutCodes(line)).toBe(line);
    }
  });
});

test.each([
  [
    'Get "https://user:secret@state.example.com/a?token=secret": dial tcp',
    'Get "https://state.example.com/a?(left out)": dial tcp',
  ],
  ["https://state.example.com/a/lock?token=secret", "https://state.example.com/a/lock?(left out)"],
  ["see https://developer.hashicorp.com/terraform/cli", "see https://developer.hashicorp.com/terraform/cli"],
])("withoutSecrets removes user and query string from an address: %s", (line, shown) => {
  expect(withoutSecrets(line)).toBe(shown);
});

describe("a call of the engine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "call-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a shell script instead of Terraform. */
  async function run(script: string, signal = new AbortController().signal) {
    const program = join(folder, "terraform");
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    writeFileSync(join(folder, "log"), "of an earlier run, for all to read", { mode: 0o644 });
    const log = new Log(join(folder, "log"));
    const messages: unknown[] = [];
    const onMessage = (message: unknown) => messages.push(message);
    const ended = await call({ program, env: {} }, { root: folder, args: ["plan"], log, signal, onMessage });
    log.close();
    return { ended, messages, log: readFileSync(join(folder, "log"), "utf8") };
  }

  const ERROR = { severity: "error", summary: "creating IAM Role (a)", detail: "Taken.", address: "aws_iam_role.this" };
  const line = (value: object) => `echo '${JSON.stringify(value)}'`;

  test("separates messages, errors and other lines, and logs all of them with mode 0600", async () => {
    const { ended, messages, log } = await run(
      [
        line({ "@message": "Plan: 1 to add", type: "change_summary" }),
        "printf '\\033[32mplain\\033[0m\\n' >&2",
        line({ "@message": "Error: x", type: "diagnostic", diagnostic: ERROR }),
        `echo '{"activation_code": "Q2"}'`,
        "exit 1",
      ].join("\n"),
    );
    expect(ended.code).toBe(1);
    expect(errorText(ended)).toBe("Error: creating IAM Role (a)\n\n  with aws_iam_role.this,\n\nTaken.");
    expect(messages).toHaveLength(2);
    expect(ended.text.split("\n")).toEqual(expect.arrayContaining(["plain"]));
    expect(log).toContain("$ terraform plan\n");
    expect(log).toContain("Plan: 1 to add\n");
    expect(log).not.toMatch(/Q2|of an earlier run/);
    expect(statSync(join(folder, "log")).mode & 0o777).toBe(0o600);
  });

  test("returns an error without its frame if the engine does not print JSON", async () => {
    const { ended } = await run("printf '╷\\n│ Error: no bucket\\n│ \\n│ Make it.\\n╵\\n' >&2; exit 1");
    expect(errorText(ended)).toMatch(/^Error: no bucket\n+Make it\.$/);
  });

  test("sends one SIGINT when it is aborted, and waits for the end", async () => {
    const stop = new AbortController();
    const script =
      "trap 'echo stopped in order; exit 1' INT\necho '{\"@message\":\"up\"}'\nwhile :; do sleep 0.1; done";
    const running = run(script, stop.signal);
    const up = setInterval(() => {
      if (readFileSync(join(folder, "log"), "utf8").includes("up")) stop.abort();
    }, 20);
    const { ended } = await running;
    clearInterval(up);
    expect(ended).toMatchObject({ code: 1, text: "stopped in order" });
  });
});
