import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { REPOSITORY } from "../../scripts/support/lab";
import { FULL } from "../full";
import { BucketGuard } from "./bucket-guard";
import { FaultProxy } from "./faults/fault-proxy";
import { createStateBucket, describeInLab, programs, STATE_BUCKET, stateKeys } from "./support";

const ROLE = "arn:aws:iam::{account_id}:role/TerraformDeploy";
const ACCOUNTS = `
defaults:
  region: us-east-1
  deploy_role_arn: ${ROLE}
  state: { backend: s3, bucket: ${STATE_BUCKET}, key: "{account_name}.tfstate" }
accounts:
  one: { id: "111111111111" }
  two: { id: "222222222222" }
`;
const BUCKETS = `
defaults:
  region: us-east-1
  deploy_role_arn: ${ROLE}
  state: { backend: s3, bucket: "states-{account_id}", assume_role: { role_arn: "${ROLE}" } }
accounts:
  one: { id: "111111111111" }
`;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof SIGNALS)[number];
type Target = "npm" | "process group";
type Case = readonly [Signal, Target, 1 | 2];

/** In full mode every combination, otherwise each signal, target and number at least once. */
const CASES: readonly Case[] = FULL
  ? SIGNALS.flatMap((signal) =>
      (["npm", "process group"] as const).flatMap((target): Case[] => [
        [signal, target, 1],
        [signal, target, 2],
      ]),
    )
  : [
      ["SIGINT", "process group", 2],
      ["SIGTERM", "npm", 1],
      ["SIGHUP", "npm", 2],
    ];

describeInLab("a signal during", (lab) => {
  let guard: BucketGuard;
  let proxy: FaultProxy;
  beforeAll(async () => {
    guard = await BucketGuard.start(lab().endpoint);
    proxy = await FaultProxy.start(guard.endpoint, guard.endpoint);
  });
  afterAll(async () => {
    await proxy?.stop();
    await guard?.stop();
  });
  beforeEach(async () => {
    await fetch(`${lab().endpoint}/moto-api/reset`, { method: "POST" });
    proxy.reset();
    await createStateBucket(lab());
  });

  const environment = () => ({
    ACCOUNTS_FILE: join(lab().folder, "signals/accounts.yaml"),
    CDKTF_OUTDIR: lab().directory("signals/cdktf.out"),
  });

  /** Processes with the lab's folder in their environment or as their working directory. */
  function left(): string[] {
    return readdirSync("/proc").flatMap((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const environ = readFileSync(`/proc/${pid}/environ`, "utf8");
        const ours = environ.includes(`TMPDIR=${lab().folder}`);
        const place = readlinkSync(`/proc/${pid}/cwd`).startsWith(lab().folder);
        // The lab's own emulator keeps running. The folder of an emulator that the demo started is inside the lab's.
        const labs = command.includes("moto_server") && environ.includes(`TMPDIR=${lab().folder}\0`);
        return (ours || place) && !labs ? [command] : [];
      } catch {
        return [];
      }
    });
  }

  /**
   * Runs an npm script, and sends it a signal while AWS delays the response to a request.
   * @param at - part of the name of that call
   */
  async function interrupted(script: string, args: string[], yaml: string, at: string, [signal, target, times]: Case) {
    const before = readdirSync(lab().folder);
    lab().file("signals/accounts.yaml", yaml);
    const env = { ...lab().env, ...environment(), AWS_ENDPOINT_URL: proxy.endpoint };
    const npm = spawn("npm", ["run", "--silent", script, "--", ...args], {
      cwd: REPOSITORY,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
      });
    }
    const pid = npm.pid as number;
    let sent = false;
    proxy.rule = async (call, forward) => {
      if (!sent && call.name.includes(at)) {
        sent = true;
        for (let n = 0; n < times; n++) {
          try {
            process.kill(target === "npm" ? pid : -pid, signal);
          } catch {
            // npm ends after the first SIGHUP.
          }
          await new Promise((resolve) => setTimeout(resolve, 700));
        }
      }
      return forward();
    };
    const exited = event(npm, "exit");
    // The pipes close when the last process that writes to them ends.
    await event(npm, "close");
    const [code, by] = await exited;
    expect({ sent, said }).toMatchObject({ sent: true });
    expect(left()).toEqual([]);
    const temporary = readdirSync(lab().folder).filter(
      (name) => !before.includes(name) && !NPM_AND_OURS.includes(name),
    );
    expect(temporary).toEqual([]);
    return { code: code ?? 128 + constants.signals[by as Signal], said };
  }

  test.each(CASES)(
    "npm run deploy, %s to %s, %i times: stops the running account gracefully and starts no other",
    async (...sent) => {
      const { code, said } = await interrupted("deploy", ["--yes", "--parallelism", "1"], ACCOUNTS, "CreateRole", sent);
      expect(code).toBe(128 + constants.signals[sent[0]]);
      // npm ends after the first SIGHUP, and its end counts as one signal.
      const once = sent[2] === 1 || (sent[0] === "SIGHUP" && sent[1] === "npm");
      expect(said).toContain("No more accounts are started.");
      expect(said).not.toContain("two: apply");
      // Nobody reads the output after npm has ended.
      if (sent[0] !== "SIGHUP") expect(said).toContain(once ? "npm run deploy -- two" : "npm run deploy -- one two");
      // The state is written, and the lock is released.
      expect(await stateKeys(lab())).toEqual(["one.tfstate"]);
      const log = readFileSync(join(lab().folder, "signals/cdktf.out/stacks/one/deploy.log"), "utf8");
      expect(log).toContain(once ? "Apply complete! Resources: 3 added" : "Gracefully shutting down");
      // The second signal cancels the request. AWS has the role, and the next run prints how to import it.
      const { stdout } = await lab().program("scripts/plan.ts", environment(), ["one"]);
      expect(stdout).toContain(once ? "no changes (1): one" : "import 'aws_iam_role.this' 'SSMServiceRole'");
    },
    programs(10),
  );

  test("npm run plan leaves no lock, process or folder", async () => {
    const { code, said } = await interrupted("plan", [], ACCOUNTS, "HEAD", ["SIGTERM", "process group", 2]);
    expect(code).toBe(143);
    expect(said).toContain("not planned");
    // Terraform 1.11.4 writes a state without resources if the first plan is interrupted.
    for (const Key of await stateKeys(lab())) {
      expect(Key).not.toContain(".tflock");
      const { Body } = await lab()
        .s3()
        .send(new GetObjectCommand({ Bucket: STATE_BUCKET, Key }));
      expect(JSON.parse(String(await Body?.transformToString())).resources).toEqual([]);
    }
  });

  test("npm run bootstrap finishes the current bucket, and the next run continues", async () => {
    const { code } = await interrupted("bootstrap", [], BUCKETS, "PUT /states-111111111111", ["SIGINT", "npm", 2]);
    expect(code).toBe(130);
    proxy.reset();
    const { stdout } = await lab().program("scripts/bootstrap.ts", {
      ...environment(),
      AWS_ENDPOINT_URL: proxy.endpoint,
    });
    expect(stdout).toMatch(/^states-111111111111: (done|unchanged)/m);
  });

  test("npm run demo with the user's emulator leaves no process and no folder", async () => {
    const { code } = await interrupted("demo", [], ACCOUNTS, "CreateRole", ["SIGINT", "process group", 2]);
    expect(code).toBe(130);
  });

  test("npm run demo with the user's emulator removes what was applied before the signal", async () => {
    const { code, said } = await interrupted("demo", [], ACCOUNTS, "CreateRole", ["SIGTERM", "npm", 1]);
    expect(code).toBe(143);
    expect(said).toMatch(/(one|two): done/);
    for (const account of ["111111111111", "222222222222"]) {
      const iam = await lab().iam(account);
      const { Roles = [] } = await iam.send(new ListRolesCommand({}));
      expect(Roles.map(({ RoleName }) => RoleName)).not.toContain("SSMServiceRole");
    }
  });

  test.each([
    ["== Start an AWS emulator", "SIGTERM", "npm"],
    ["== Plan, like", "SIGINT", "process group"],
    ["== Apply", "SIGTERM", "npm"],
    ["== What AWS reports", "SIGHUP", "npm"],
    ["== Plan again", "SIGINT", "process group"],
  ] as const)(
    'npm run demo at "%s", %s to %s: stops its own emulator and removes its folder',
    async (stage, signal, target) => {
      const before = readdirSync(lab().folder);
      lab().file("signals/accounts.yaml", ACCOUNTS);
      const { AWS_ENDPOINT_URL: _, ...env } = lab().env;
      const npm = spawn("npm", ["run", "--silent", "demo"], {
        cwd: REPOSITORY,
        env: { ...env, ...environment() },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const pid = npm.pid as number;
      let said = "";
      let sent = false;
      for (const stream of [npm.stdout, npm.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          said += chunk;
          if (sent || !said.includes(stage)) return;
          sent = true;
          process.kill(target === "npm" ? pid : -pid, signal);
        });
      }
      const exited = event(npm, "exit");
      await event(npm, "close");
      const [code, by] = await exited;
      expect({ sent, said }).toMatchObject({ sent: true });
      expect(code ?? 128 + constants.signals[by as Signal]).toBe(128 + constants.signals[signal]);
      expect(left()).toEqual([]);
      expect(
        readdirSync(lab().folder).filter((name) => !before.includes(name) && !NPM_AND_OURS.includes(name)),
      ).toEqual([]);
    },
  );
});

/** Files of npm and of the commands in the folder that is their home directory here. */
const NPM_AND_OURS = [".npm", ".cache", "signals", "node-compile-cache", "tsx-0"];
