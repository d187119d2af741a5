import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { activationRunbook, RUNBOOK_SHELLS } from "../../lib";
import { REPOSITORY } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { findTools } from "../../scripts/support/tools";
import { Needs } from "../deploy-role/needs";
import { Recorder } from "../deploy-role/recorder";
import { decide } from "../iam/decide";
import type { Document } from "../iam/pair";
import { PLACES, type Place } from "../iam/place";
import { FaultProxy, type Rule } from "./faults/fault-proxy";
import { RUNNERS } from "./runbook-shells";
import { type Activation, SsmApi } from "./ssm-api";
import { awsCli, describeInLab, describeWithTools, environmentOf, programs } from "./support";

/** The account, role and secret of the policy in docs/renewal.md. */
const ID = "111111111111";
const SECRET = "hybrid/line-1";
const ROLE = "SSMServiceRole";
const YAML = JSON.stringify({
  accounts: {
    "factory-eu": {
      id: ID,
      region: "eu-central-1",
      tags: { Owner: "platform", Straße: "é" },
      activations: { "line-1": { by_runbook: true, registration_limit: 2, expires_in_days: 10 } },
    },
  },
});
const ALL = "expired,full,7d";
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

for (const shell of RUNBOOK_SHELLS) {
  const runner = RUNNERS[shell];
  describeInLab(
    `the renewal of an activation by ${shell}`,
    (lab) => {
      let ssm: SsmApi;
      let aws: FaultProxy;
      let recorder: Recorder;
      beforeAll(async () => {
        ssm = await SsmApi.start(lab().endpoint);
        aws = await FaultProxy.start(lab().endpoint, ssm.endpoint);
        recorder = await Recorder.start(lab().endpoint, ssm.endpoint);
        const iam = await lab().iam(ID);
        const Statement = [{ Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" }];
        const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
        await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument }));
        const PolicyArn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
        await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
      });
      afterAll(async () => {
        await recorder?.stop();
        await aws?.stop();
        await ssm?.stop();
      });

      /** Creates wrappers of the programs that a script may start. Each records its arguments first. */
      function noting(): string {
        const programs = ["aws", "cat", "date", "mkdir", "rm", "sleep"];
        for (const name of programs) {
          const real = name === "aws" ? findTools("aws").aws : `/bin/${name}`;
          const note = `printf '%s\\n' '${name}' "$@" >> '${log()}'`;
          const mode = `[ ! -e value.json ] || stat -c 'mode %a' value.json >> '${log()}'`;
          const file = lab().file(`renewal/bin/${name}`, `#!/bin/sh\n${note}\n${mode}\nexec ${real} "$@"\n`);
          chmodSync(file, 0o755);
        }
        return lab().directory("renewal/bin");
      }
      const log = () => join(lab().folder, "renewal.log");
      const secretsmanager = (...args: string[]) =>
        awsCli(lab(), ID, "secretsmanager", ...args, "--region", "eu-central-1") as Promise<Record<string, unknown>>;
      /** Returns the secret's value, as a machine would read it. */
      const value = async (name = SECRET) =>
        JSON.parse((await secretsmanager("get-secret-value", "--secret-id", name)).SecretString as string);
      const newest = () => [...ssm.activations.values()].at(-1) as Activation;
      const contentOf = ({ id, code }: Activation) => ({
        ActivationId: id,
        ActivationCode: code,
        Region: "eu-central-1",
      });
      const change = (one: Activation, changed: Partial<Activation>) =>
        ssm.activations.set(one.id, { ...one, ...changed });

      interface Options {
        readonly conditions?: string;
        readonly secret?: string;
        readonly rule?: Rule;
        readonly endpoint?: string;
        readonly env?: Record<string, string>;
      }

      /** Prints the script, runs it, and returns its output and write requests. Expects no code in the output. */
      async function renew(options: Options = {}): Promise<Finished & { writes: string[] }> {
        const accounts = { ACCOUNTS_FILE: lab().file("renewal/accounts.yaml", YAML) };
        const args = ["--account", "factory-eu", "--activation", "line-1", "--shell", shell];
        args.push("--renew-if", options.conditions ?? ALL, "--deliver", `secretsmanager:${options.secret ?? SECRET}`);
        const printed = await lab().program("scripts/runbook.ts", accounts, args);
        expect(printed).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^[\n -~]+$/) });
        const [cwd, TMPDIR] = [lab().directory("renewal/here"), lab().directory("renewal/tmp")];
        const [program, programArgs, env] = runner.command(lab().file(`renewal/${runner.file}`, printed.stdout), cwd);
        aws.reset();
        if (options.rule) aws.rule = options.rule;
        const endpoint = options.endpoint ?? aws.endpoint;
        const finished = await run(program, programArgs, {
          cwd: shell === "powershell" ? REPOSITORY : cwd,
          env: {
            ...lab().env,
            ...(await environmentOf(lab(), ID)),
            AWS_ENDPOINT_URL: endpoint,
            AWS_ENDPOINT_URL_SSM: endpoint,
            TMPDIR,
            ...env,
            ...(shell === "aws-cli" && { PATH: `${noting()}:${env.PATH}` }),
            ...options.env,
          },
        });
        expect([readdirSync(cwd), readdirSync(TMPDIR)]).toEqual([[], []]);
        const seen = finished.output + (existsSync(log()) ? readFileSync(log(), "utf8") : "");
        for (const { code } of ssm.activations.values()) expect(seen).not.toContain(code);
        const writes = aws.calls.filter(({ changes }) => changes).map(({ name }) => name.split(" ")[1] as string);
        return { ...finished, writes };
      }

      async function expectNothing(options?: Options): Promise<void> {
        const { code, output, writes } = await renew(options);
        expect({ code, output, writes }).toMatchObject({ code: 0, writes: [] });
        expect(output.trim().split("\n")).toEqual([
          expect.stringMatching(/needs no renewal .*\. Nothing was written\.$/),
        ]);
      }

      /** Expects a new activation, and its code in the secret. */
      async function expectRenewed(why: string, options?: Options): Promise<void> {
        const before = ssm.activations.size;
        const { code, output, writes } = await renew(options);
        expect({ code, output, writes }).toEqual({
          code: 0,
          output: expect.stringContaining(why),
          writes: ["CreateActivation", expect.stringMatching(/^(CreateSecret|PutSecretValue)$/)],
        });
        expect(ssm.activations.size).toBe(before + 1);
        expect(await value(options?.secret)).toEqual(contentOf(newest()));
      }

      test("creates the secret with the account's tags in the first run, and writes nothing in the second", async () => {
        await expectRenewed(`The secret ${SECRET} does not exist yet.`);
        const { Tags } = await secretsmanager("describe-secret", "--secret-id", SECRET);
        expect(Tags).toEqual([
          { Key: "Owner", Value: "platform" },
          { Key: "Straße", Value: "é" },
          { Key: "hybrid-activation", Value: "factory-eu/line-1" },
        ]);
        await expectNothing();
        if (shell === "aws-cli") {
          const noted = readFileSync(log(), "utf8").split("\n");
          expect(noted).toContain("create-secret");
          expect(new Set(noted.filter((line) => line.startsWith("mode ")))).toEqual(new Set(["mode 600"]));
        }
      });

      test(
        "replaces an activation only if it is expired, full or deleted",
        async () => {
          change(newest(), { registrations: 1 });
          await expectNothing();
          change(newest(), { registrations: 2 });
          await expectNothing({ conditions: "expired,7d" });
          await expectRenewed("is used up");
          change(newest(), { expires: Date.now() - HOUR });
          await expectNothing({ conditions: "full" });
          await expectRenewed("has expired", { conditions: "full,expired" });
          ssm.activations.delete(newest().id);
          const { code, writes } = await renew({ conditions: "full" });
          expect({ code, writes }).toEqual({ code: 0, writes: ["CreateActivation", "PutSecretValue"] });
          expect(await value()).toEqual(contentOf(newest()));
        },
        programs(20),
      );

      test.each([
        ["none", "Asia/Kolkata"],
        ["iso8601", "Asia/Kolkata"],
        ["iso8601", "America/Los_Angeles"],
      ])("renews less than 7 days before the expiry, with cli_timestamp_format = %s in %s", async (format, TZ) => {
        const AWS_CONFIG_FILE = lab().file("renewal-config", `[default]\ncli_timestamp_format = ${format}\n`);
        const options = { conditions: "7d", env: { AWS_CONFIG_FILE, TZ } };
        change(newest(), { expires: Date.now() + 7 * DAY + 2 * HOUR });
        await expectNothing(options);
        change(newest(), { expires: Date.now() + 7 * DAY - 2 * HOUR });
        await expectRenewed("expires in less than 7 days", options);
      });

      const failing =
        (action: string, after = false): Rule =>
        async (call, forward) => {
          if (call.name !== `secretsmanager ${action}`) return forward();
          if (after) await forward();
          const body = JSON.stringify({ __type: "AccessDeniedException", message: "It is denied." });
          return { status: 400, headers: { "content-type": "application/x-amz-json-1.1" }, body };
        };

      test.each(["CreateSecret", "PutSecretValue"])(
        "wastes one activation if %s fails: the run reports it, and the next run stores a new one",
        async (action) => {
          const secret = `hybrid/failed-${shell}`;
          if (action === "PutSecretValue") change(newest(), { registrations: 2 });
          const { code, stderr } = await renew({ secret, rule: failing(action) });
          expect({ code, stderr }).toMatchObject({
            code: expect.any(Number),
            stderr: expect.stringContaining("denied"),
          });
          expect(code).not.toBe(0);
          expect(stderr).toContain(`The activation ${newest().id} was created, but storing its code failed.`);
          await expectRenewed("The ", { secret });
          await expectNothing({ secret });
        },
      );

      test("creates no other activation if the answer to CreateSecret was lost", async () => {
        const secret = `hybrid/lost-${shell}`;
        expect((await renew({ secret, rule: failing("CreateSecret", true) })).code).not.toBe(0);
        await expectNothing({ secret });
        expect(await value(secret)).toEqual(contentOf(newest()));
      });

      test(
        "refuses a secret without its tag, one scheduled for deletion, and one that it cannot describe",
        async () => {
          const refused = async (secret: string, why: string, rule?: Rule) => {
            const made = ssm.activations.size;
            const { code, stderr, writes } = await renew({ secret, ...(rule && { rule }) });
            expect({ code, stderr, writes }).toEqual({ code: 1, stderr: expect.stringContaining(why), writes: [] });
            expect(ssm.activations.size).toBe(made);
          };
          await secretsmanager("create-secret", "--name", "somebodys", "--secret-string", "x");
          await refused("somebodys", "exists without the tag hybrid-activation = factory-eu/line-1");
          const tag = (value: string) =>
            secretsmanager(
              "tag-resource",
              "--secret-id",
              "somebodys",
              "--tags",
              `Key=hybrid-activation,Value=${value}`,
            );
          await tag("factory-eu/line-2");
          await refused("somebodys", "exists without the tag");
          expect((await secretsmanager("get-secret-value", "--secret-id", "somebodys")).SecretString).toBe("x");
          await tag("factory-eu/line-1");
          await secretsmanager("delete-secret", "--secret-id", "somebodys");
          await refused("somebodys", "is scheduled for deletion");
          await refused(SECRET, "It is denied.", failing("DescribeSecret"));
        },
        programs(15),
      );

      test("writes into a secret that has the tag but no value", async () => {
        const tag = "Key=hybrid-activation,Value=factory-eu/line-1";
        await secretsmanager("create-secret", "--name", "prepared", "--tags", tag);
        await expectRenewed("The secret prepared has no value yet.", { secret: "prepared" });
      });

      test("needs only the policy of docs/renewal.md, which denies similar requests", async () => {
        await secretsmanager("delete-secret", "--secret-id", SECRET, "--force-delete-without-recovery");
        recorder.take();
        const recorded = { endpoint: recorder.endpoint };
        expect((await renew(recorded)).code).toBe(0);
        change(newest(), { registrations: 2 });
        expect((await renew(recorded)).code).toBe(0);
        const needs = new Needs(ID);
        const needed = recorder.take().flatMap((request) => needs.of(request));
        const page = readFileSync(join(REPOSITORY, "docs/renewal.md"), "utf8");
        const policy: Document = JSON.parse(/```json\n(\{\n {2}"Version".*?)```/s.exec(page)?.[1] ?? "");
        const denied: string[] = [];
        for (const need of needed) if ((await decision(policy, need)) !== "allowed") denied.push(JSON.stringify(need));
        expect(denied).toEqual([]);
        // Every allowed action is used.
        const granted = policy.Statement.flatMap(({ Action = [] }) => Action);
        expect([...new Set(needed.map(({ action }) => action))].sort()).toEqual([...granted].sort());

        const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:${ID}:secret:${name}`;
        const role = (name: string) => `arn:aws:iam::${ID}:role/${name}`;
        const context = { "iam:PassedToService": "ssm.amazonaws.com" };
        const neighbours = [
          { action: "secretsmanager:PutSecretValue", resource: secret("hybrid/line-2-AbCdEf"), context: {} },
          { action: "secretsmanager:PutSecretValue", resource: secret(`${SECRET}-other-AbCdEf`), context: {} },
          { action: "secretsmanager:GetSecretValue", resource: secret(`${SECRET}-AbCdEf`), context: {} },
          { action: "secretsmanager:DescribeSecret", resource: secret("hybrid/line-2-AbCdEf"), context: {} },
          { action: "iam:PassRole", resource: role("Other"), context },
          { action: "iam:PassRole", resource: role(ROLE), context: { "iam:PassedToService": "ec2.amazonaws.com" } },
          { action: "iam:ListAttachedRolePolicies", resource: role("Other"), context: {} },
          { action: "ssm:CreateActivation", resource: "*", context: { "aws:RequestedRegion": "us-east-1" } },
        ];
        for (const one of neighbours) expect([one, await decision(policy, one)]).toEqual([one, "denied"]);
      });
    },
    "aws",
    ...runner.tools,
  );
}

describeWithTools("the renewal script", ["shellcheck"], () => {
  test("passes ShellCheck", async () => {
    const folder = mkdtempSync(join(tmpdir(), "renewal-"));
    try {
      const account = {
        accountId: ID,
        region: "eu-central-1",
        activations: { a: { byRunbook: true, expiresInDays: 10 } },
      };
      const file = join(folder, "renew.sh");
      const renewal = { renewIf: ALL, deliver: `secretsmanager:${SECRET}` };
      writeFileSync(file, activationRunbook("a", account, "a", "aws-cli", renewal));
      // SC3040: the script first checks that its sh supports pipefail.
      const args = ["--exclude=SC3040", file];
      expect(await run(findTools("shellcheck").shellcheck, args, { cwd: folder, env: {} })).toMatchObject({
        code: 0,
        output: "",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function decision(
  policy: Document,
  need: { action: string; resource: string; context: object },
): Promise<string> {
  const request = { ...need, by: `arn:aws:iam::${ID}:role/renewal`, context: need.context as Record<string, string> };
  return decide({ text: need.action, request, expected: "allowed" }, { identity: [policy] }, PLACES[0] as Place);
}
