import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { machineScript } from "../../lib/machine/machine";
import { SIGNING_KEY } from "../../lib/machine/signing-key";
import { REPOSITORY } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { powershell } from "./runbook-shells";
import { describeWithTools, programs } from "./support";

const ACCOUNT = { accountId: "111111111111", region: "eu-central-1", activations: { fleet: {} } };
const ID = "b0188625-c017-4a9a-b427-37f9380c281d";
const CODE = "Zb3/+x&'$(id)\"`id`=%9"; // Contains characters that shells interpret.
const NODE = "mi-0123456789abcdef0";
const GIVEN = { SSM_ACTIVATION_ID: ID, SSM_ACTIVATION_CODE: CODE };
const HOST = "amazon-ssm-eu-central-1.s3.eu-central-1.amazonaws.com";

/** Replaces ssm-setup-cli: records its arguments and environment, and writes the registration file of SSM Agent. */
const SETUP = `#!/bin/sh
printf '%s\\n' "$@" > "$ROOT/arguments"
env > "$ROOT/environment"
echo setup >> "$ROOT/calls"
[ ! -e "$ROOT/refused" ] || exit 1
mkdir -p "$ROOT/var/lib/amazon/ssm" && printf '%s' '{"ManagedInstanceID":"${NODE}","Region":"eu-central-1"}' > "$ROOT/\${REGISTRATION:-var/lib/amazon/ssm/registration}"
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "machine-"));
  for (const folder of ["bin", "tmp", "run/systemd/system"]) mkdirSync(join(root, folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (path: string) => readFileSync(join(root, path), "utf8");
const calls = () => (existsSync(join(root, "calls")) ? read("calls").trim().split("\n") : []);

/** Returns the script's files in the temporary folder. PowerShell has its own folder there. */
const leftBehind = () => readdirSync(join(root, "tmp")).filter((name) => !name.startsWith("pwsh-"));

/** Adds a program to the PATH of the machine. */
function program(name: string, text: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** Writes a file with the ID and code. */
function secretFile(text: string, mode = 0o600): string {
  const file = join(root, "activation");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** Expects a successful registration. */
function expectRegistered({ code, output }: Finished): void {
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringContaining(`registered as ${NODE} in eu-central-1`),
  });
  expect(output).not.toContain(CODE);
  const given = ["-register", "-activation-id", ID, "-activation-code", CODE, "-region", "eu-central-1"];
  expect(read("arguments").trimEnd().split("\n")).toEqual(given);
  expect(read("environment")).not.toContain("SSM_ACTIVATION");
  expect(leftBehind()).toEqual([]);
}

/** Expects a refusal that changes nothing. */
function expectRefused({ code, output }: Finished, why: string): void {
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(why) });
  expect(output).not.toContain(CODE);
  expect(calls()).not.toContain("setup");
  expect(leftBehind()).toEqual([]);
}

describeWithTools("the script of a Linux machine", ["curl", "gpg", "shellcheck"], () => {
  const { curl, gpg, shellcheck } = findTools("curl", "gpg", "shellcheck");
  /** Contents of AWS's bucket, by path. */
  const bucket = new Map<string, string | Buffer>();
  let server: Server;
  let keys: string;
  let key: { armored: string; fingerprint: string };

  const gnupg = (...args: string[]) =>
    execFileSync(gpg, ["--homedir", keys, "--batch", "--quiet", "--yes", ...args], { stdio: "pipe" });
  /** Creates a key that is valid for a day. */
  function makeKey(name: string, ...options: string[]): { armored: string; fingerprint: string } {
    gnupg(...options, "--passphrase", "", "--quick-generate-key", name, "rsa2048", "sign", "1d");
    const listed = gnupg("--with-colons", "--list-keys", name).toString();
    return {
      armored: gnupg("--armor", "--export", name).toString().trim(),
      fingerprint: /^fpr:+([0-9A-F]+)/m.exec(listed)?.[1] ?? "",
    };
  }
  /** Puts the setup program into the bucket, signed with a key. */
  function publish(name = "aws", options: string[] = []): void {
    const file = join(root, "ssm-setup-cli");
    writeFileSync(file, SETUP);
    gnupg(...options, "--local-user", name, "--detach-sign", file);
    for (const system of ["debian", "linux"]) {
      bucket.set(`/${HOST}/latest/${system}_arm64/ssm-setup-cli`, SETUP);
      bucket.set(`/${HOST}/latest/${system}_arm64/ssm-setup-cli.sig`, readFileSync(`${file}.sig`));
    }
  }

  beforeAll(async () => {
    keys = mkdtempSync(join(tmpdir(), "keys-"));
    key = makeKey("aws");
    server = createServer(({ url = "" }, response) => {
      const found = bucket.get(url);
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
    execFileSync("gpgconf", ["--homedir", keys, "--kill", "all"]);
    rmSync(keys, { recursive: true, force: true });
  });
  beforeEach(() => {
    const { port } = server.address() as AddressInfo;
    // The real curl, with the local server instead of AWS's host.
    program(
      "curl",
      `for arg do
        shift
        case $arg in https://*) arg=http://127.0.0.1:${port}/\${arg#https://} ;; =https) arg==http ;; esac
        set -- "$@" "$arg"
      done
      exec ${curl} --noproxy 127.0.0.1 "$@"`,
    );
    program("id", "echo 0");
    program("uname", "echo aarch64");
    program("systemctl", `echo "systemctl $*" >> "$ROOT/calls"`);
    program("aws", `echo "aws $*"`);
    bucket.clear();
    publish();
  });

  /** The script with the test's folders instead of the machine's, and with the test's key instead of AWS's. */
  function onTheMachine(proxy?: string, signer = key): string {
    const script = machineScript("a", ACCOUNT, "fleet", "linux", proxy)
      .replace(SIGNING_KEY.armored, signer.armored)
      .replace(SIGNING_KEY.fingerprint, signer.fingerprint)
      .replace(/(?<=[ "=])\/(etc|run|var)\//g, `${root}/$1/`);
    expect(script.split(root).length).toBeGreaterThan(4);
    expect(script).toContain(signer.fingerprint);
    writeFileSync(join(root, "machine.sh"), script);
    return join(root, "machine.sh");
  }

  function register(
    env: Readonly<Record<string, string>>,
    script = onTheMachine(),
    ...args: string[]
  ): Promise<Finished> {
    const own = { PATH: `${join(root, "bin")}:${process.env.PATH}`, TMPDIR: join(root, "tmp"), ROOT: root };
    return run("/bin/sh", [script, ...args], { cwd: root, env: { ...own, ...env } });
  }

  test("registers the machine, and reads it from Systems Manager", async () => {
    const finished = await register(GIVEN);
    expectRegistered(finished);
    const question = `aws ssm describe-instance-information --region eu-central-1 --filters Key=InstanceIds,Values=${NODE}`;
    expect(finished.stdout.split(question)).toHaveLength(3);
    // A second run changes nothing.
    rmSync(join(root, "calls"));
    expect(await register({})).toMatchObject({ code: 0, stdout: expect.stringContaining(`registered as ${NODE}`) });
    expect(calls()).toEqual([]);
  });

  test.each([
    ["JSON of the AWS CLI", JSON.stringify({ ActivationId: ID, ActivationCode: CODE.replaceAll('"', "") })],
    [
      "the secret of a renewal",
      JSON.stringify({ ActivationId: ID, ActivationCode: CODE.replaceAll('"', ""), Region: "eu-central-1" }, null, 4),
    ],
    ["lines of PowerShell", `ActivationId   ${ID}\nActivationCode ${CODE.replaceAll('"', "")}\n`],
  ])("reads ID and code from a file: %s", async (_, text) => {
    const { code } = await register({}, onTheMachine(), secretFile(text));
    expect({ code, given: read("arguments") }).toEqual({
      code: 0,
      given: expect.stringContaining(CODE.replaceAll('"', "")),
    });
  });

  test.each([0o640, 0o604, 0o620])("refuses a file of mode %o", async (mode) => {
    expectRefused(await register({}, onTheMachine(), secretFile("", mode)), "Other users can read or write");
  });

  test("asks for ID and code, and does not print the code", async () => {
    const answers = join(root, "answers");
    writeFileSync(answers, `${ID}\n${CODE}\n`);
    writeFileSync(join(root, "ask.sh"), `sh '${onTheMachine()}' < '${answers}'`);
    expectRegistered(await register({}, join(root, "ask.sh")));
    rmSync(join(root, "var"), { recursive: true });
    rmSync(join(root, "calls"));
    expectRefused(await register({}), "Nothing was entered.");
  });

  test.each([
    [{ SSM_ACTIVATION_ID: `${ID}0` }, "The activation ID must be 32 hexadecimal digits"],
    [{ SSM_ACTIVATION_CODE: CODE.slice(0, 19) }, "The activation code must have 20 to 250 characters"],
    [{ SSM_ACTIVATION_CODE: `${CODE} ${CODE}` }, "The activation code must have 20 to 250 characters"],
  ])("refuses %j", async (wrong, why) => {
    expectRefused(await register({ ...GIVEN, ...wrong }), why);
  });

  test("runs no program that AWS did not sign", async () => {
    for (const [path, content] of bucket) if (path.endsWith("cli")) bucket.set(path, `${content}# More`);
    expectRefused(await register(GIVEN), "The setup program is not signed by AWS");
    makeKey("another");
    publish("another");
    expectRefused(await register(GIVEN), "The setup program is not signed by AWS");
    bucket.clear();
    expectRefused(await register(GIVEN), "ssm-setup-cli failed.");
  });

  test("runs no program that is signed with an expired key", async () => {
    const then = ["--faked-system-time", "20200101T000000"];
    const old = makeKey("old", ...then);
    publish("old", then);
    expectRefused(await register(GIVEN, onTheMachine(undefined, old)), "The setup program is not signed by AWS");
  });

  test("reports that the setup program failed", async () => {
    writeFileSync(join(root, "refused"), "");
    const { code, output } = await register(GIVEN);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("The setup program failed") });
    expect(leftBehind()).toEqual([]);
  });

  test("configures the proxy of SSM Agent before the registration", async () => {
    expectRegistered(
      await register({ ...GIVEN, no_proxy: "ssm.eu-central-1.amazonaws.com" }, onTheMachine("http://p:3128")),
    );
    expect(calls()).toEqual(["systemctl daemon-reload", "setup"]);
    for (const unit of ["amazon-ssm-agent", "snap.amazon-ssm-agent.amazon-ssm-agent"]) {
      // As on AWS's page about the proxy.
      expect(read(`etc/systemd/system/${unit}.service.d/proxy.conf`)).toBe(
        '[Service]\nEnvironment="http_proxy=http://p:3128"\nEnvironment="https_proxy=http://p:3128"\n' +
          'Environment="no_proxy=169.254.169.254,ssm.eu-central-1.amazonaws.com"\n',
      );
    }
    expect(read("environment")).toContain("\nhttps_proxy=http://p:3128\n");
  });

  test("reads a proxy with a password only from the environment", async () => {
    expectRegistered(await register({ ...GIVEN, https_proxy: "http://user:p%40ss@p:3128" }));
    const file = "etc/systemd/system/amazon-ssm-agent.service.d/proxy.conf";
    // systemd.unit(5): %% is a percent sign.
    expect(read(file)).toContain('Environment="https_proxy=http://user:p%%40ss@p:3128"\n');
    expect(statSync(join(root, file)).mode & 0o777).toBe(0o600);
  });

  test.each(["p:3128", 'http://p:3128/"', "http://p:3128\nEnvironment=x", "http://p $(id)"])(
    "refuses the proxy %j",
    async (url) => {
      expectRefused(await register({ ...GIVEN, https_proxy: url }), "https_proxy must be http://host:port");
      expect(existsSync(join(root, "etc"))).toBe(false);
    },
  );

  test("configures the proxy for Upstart, and fails without systemd and Upstart", async () => {
    rmSync(join(root, "run"), { recursive: true });
    expectRefused(await register(GIVEN, onTheMachine("http://p:3128")), "neither systemd nor Upstart");
    mkdirSync(join(root, "etc/init"), { recursive: true });
    expectRegistered(await register(GIVEN, onTheMachine("http://p:3128")));
    expect(read("etc/init/amazon-ssm-agent.override")).toBe(
      "env http_proxy=http://p:3128\nenv https_proxy=http://p:3128\nenv no_proxy=169.254.169.254\n",
    );
  });

  test("refuses an unsupported CPU, and a user other than root", async () => {
    program("uname", "echo riscv64");
    expectRefused(await register(GIVEN), "no setup program for the CPU riscv64");
    program("id", "echo 1000");
    expectRefused(await register(GIVEN), "Run this script as root.");
  });

  test.each([undefined, "http://p:3128"])("passes ShellCheck, with the proxy %s", async (proxy) => {
    const file = join(root, "checked.sh");
    writeFileSync(file, machineScript("a", ACCOUNT, "fleet", "linux", proxy));
    expect(await run(shellcheck, [file], { cwd: root, env: {} })).toMatchObject({ code: 0, output: "" });
  });

  test("contains AWS's key with the fingerprint that GnuPG reports", () => {
    const file = join(root, "aws.asc");
    writeFileSync(file, SIGNING_KEY.armored);
    const told = gnupg("--with-colons", "--show-keys", file).toString();
    expect(told).toContain(`:${SIGNING_KEY.fingerprint}:`);
    const expires = /^pub:(?:[^:]*:){5}([0-9]+):/m.exec(told)?.[1];
    expect(new Date(Number(expires) * 1000).toISOString()).toContain(SIGNING_KEY.expires);
  });
});

describeWithTools("the script of a Windows machine", ["dotnet"], () => {
  const REGISTRATION = "ProgramData/Amazon/SSM/InstanceData/registration";

  beforeEach(() => {
    mkdirSync(join(root, dirname(REGISTRATION)), { recursive: true });
    writeFileSync(join(root, "ssm-setup-cli.exe"), SETUP, { mode: 0o755 });
    program("aws", `echo "aws $*"`);
  });

  /** Runs the script in PowerShell 7, with stand-ins for Windows cmdlets. */
  function register(env: Readonly<Record<string, string>>, proxy?: string, ...args: string[]): Promise<Finished> {
    const script = join(root, "machine.ps1");
    writeFileSync(script, machineScript("a", ACCOUNT, "fleet", "windows", proxy));
    const standIns = join(__dirname, "powershell/Machine.ps1");
    const command = `. '${standIns}'; & '${script}' ${args.map((arg) => `'${arg}'`).join(" ")}`;
    const [file, options, own] = powershell(command, root);
    const machine = {
      PATH: `${join(root, "bin")}:${process.env.PATH}`,
      ...{ ROOT: root, TMPDIR: join(root, "tmp"), ProgramData: join(root, "ProgramData") },
      ...{ REGISTRATION, PROCESSOR_ARCHITECTURE: "AMD64", SDDL: "O:BAG:BAD:(A;;FA;;;SY)(A;;FA;;;BA)" },
      ...{
        SIGNATURE: "Valid",
        SIGNER: 'CN="Amazon.com Services LLC", O="Amazon.com Services LLC", L=Seattle, S=Washington, C=US',
      },
    };
    return run(file, options, { cwd: REPOSITORY, env: { ...own, ...machine, ...env } });
  }

  test("registers the machine, and a second run changes nothing", async () => {
    const finished = await register(GIVEN);
    expectRegistered(finished);
    const question = `aws ssm describe-instance-information --region eu-central-1 --filters Key=InstanceIds,Values=${NODE}`;
    expect(finished.stdout.split(question)).toHaveLength(3);
    expect(calls()).toEqual([`download https://${HOST}/latest/windows_amd64/ssm-setup-cli.exe`, "setup"]);
    rmSync(join(root, "calls"));
    expect(await register({})).toMatchObject({ code: 0, stdout: expect.stringContaining(`registered as ${NODE}`) });
    expect(calls()).toEqual([]);
  });

  test("reads ID and code from a file that others cannot read, or asks for them", async () => {
    const file = secretFile(`ActivationId   ${ID}\r\nActivationCode ${CODE.replaceAll('"', "")}\r\n`);
    expectRefused(
      await register({ SDDL: "O:BAG:BAD:(A;;FA;;;SY)(A;ID;0x1200a9;;;BU)" }, undefined, file),
      "Other users can read",
    );
    expect(await register({}, undefined, file)).toMatchObject({ code: 0 });
    expect(read("arguments")).toContain(CODE.replaceAll('"', ""));
    rmSync(join(root, REGISTRATION));
    expectRegistered(await register({ ANSWER_ID: ID, ANSWER_CODE: CODE }));
  });

  test.each([
    [{ SSM_ACTIVATION_ID: `${ID}0` }, "The activation ID must be 32 hexadecimal digits"],
    [{ SSM_ACTIVATION_CODE: CODE.slice(0, 19) }, "The activation code must have 20 to 250 characters"],
    [{ SIGNATURE: "HashMismatch" }, "The setup program is not signed by AWS"],
    [{ SIGNER: "CN=Example" }, "The setup program is not signed by AWS"],
    [{ PROCESSOR_ARCHITECTURE: "x86" }, "no setup program for the CPU x86"],
    [{ https_proxy: "p:3128" }, "https_proxy must be http://host:port"],
  ])("refuses %j", async (wrong, why) => {
    expectRefused(await register({ ...GIVEN, ...wrong }), why);
  });

  test(
    "configures the proxy of the service, and downloads through the proxy",
    async () => {
      expectRegistered(
        await register({ ...GIVEN, https_proxy: "http://user:p%40ss@p:3128", no_proxy: "vpce.example" }),
      );
      expect(calls()).toEqual([
        `download https://${HOST}/latest/windows_amd64/ssm-setup-cli.exe via http://p:3128 as user p@ss`,
        "setup",
        "HKLM:\\SYSTEM\\CurrentControlSet\\Services\\AmazonSSMAgent Environment MultiString " +
          "http_proxy=http://user:p%40ss@p:3128 https_proxy=http://user:p%40ss@p:3128 no_proxy=169.254.169.254,vpce.example",
        "restart AmazonSSMAgent",
      ]);
      expect(read("environment")).toContain("\nhttps_proxy=http://user:p%40ss@p:3128\n");
    },
    programs(10),
  );
});
