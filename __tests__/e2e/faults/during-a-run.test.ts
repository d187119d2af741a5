import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { heldLock } from "../../../scripts/support/fixes";
import type { Reply } from "../loopback-server";
import { STATE_BUCKET } from "../support";
import { type Call, refusal } from "./fault-proxy";
import { addRow } from "./rows";
import { describeFaults, KEY, words } from "./support";

const LOCK = `s3 PUT /${STATE_BUCKET}/${KEY}.tflock`;
const EXPIRED = "The security token included in the request is expired";

describeFaults("terraform apply with a fault during the run", (root, whole) => {
  beforeEach(() => root().reset());

  /** Expects the resources of an undisturbed apply, in AWS and in the state. */
  async function expectWhole(): Promise<void> {
    await root().mustChangeNothing();
    expect(await root().made()).toEqual(whole());
  }

  test("succeeds if each write request is throttled, fails or is cut off once", async () => {
    const failures: ((call: Call) => Reply | undefined)[] = [
      (call) => refusal(call, 400, call.name.startsWith("ssm") ? "ThrottlingException" : "Throttling", "Rate exceeded"),
      (call) => refusal(call, 503, "ServiceUnavailable", "Service Unavailable"),
      (call) => refusal(call, 500, "InternalFailure", "Internal failure"),
      () => undefined,
    ];
    const seen = new Map<string, number>();
    let failed = 0;
    root().proxy.rule = async (call, forward) => {
      const times = (seen.get(call.name) ?? 0) + 1;
      seen.set(call.name, times);
      // Terraform requests the lock only once. The tests below cover it.
      if (!call.changes || call.name === LOCK || times > failures.length) return forward();
      failed += 1;
      return (failures[times - 1] as (typeof failures)[number])(call);
    };
    const output = await root().mustApply();
    expect(failed).toBeGreaterThan(20);
    const left = await root().left();
    root().proxy.reset();
    await expectWhole();
    addRow({
      fault: `throttling, 503, 500 and a dropped connection, ${failed} calls in one apply`,
      sees: words(output, /Apply complete! Resources: \d+ added, 0 changed, 0 destroyed[.]/),
      left,
      fix: "none needed: the provider and the backend retry",
    });
  });

  test("needs an import if the answer to CreateRole is lost", async () => {
    root().proxy.rule = async (call, forward) => {
      const reply = await forward();
      return call.name === "iam CreateRole" && reply.status === 200 ? undefined : reply;
    };
    const { code, output } = await root().apply();
    expect(code).toBe(1);
    const left = await root().left();
    root().proxy.reset();
    expect(root().leftovers(output)).toEqual([{ address: "aws_iam_role.this", id: "SSMServiceRole" }]);
    await root().adopt(output);
    await expectWhole();
    addRow({
      fault: "the response to CreateRole is lost",
      sees: words(output, /EntityAlreadyExists: Role with name \S+ already exists[.]/),
      left,
      fix: "`import` blocks, or `terraform import`, for what exists already; `terraform apply`",
    });
  });

  test.each([
    ["SIGINT", "both", "by Ctrl-C"],
    ["SIGTERM", "terraform", "as a CI system does first"],
  ] as const)("releases the lock and can run again after %s to %s", async (signal, to, how) => {
    const running = root().start("apply", "-auto-approve");
    root().proxy.rule = async (call, forward) => {
      if (call.name === "iam CreateRole") running.signal(signal, to);
      return forward();
    };
    const { code, output } = await running.finished;
    expect(code).toBe(1);
    const left = await root().left();
    expect(left).not.toContain("locked");
    root().proxy.reset();
    await root().mustApply();
    await expectWhole();
    addRow({
      fault: `${signal} while the role is created, ${how}`,
      sees: words(output, /Interrupt received[.]|Error: execution halted/),
      left,
      fix: "`terraform apply`",
    });
  });

  test.each(["the role's session", "all credentials"])("recovers when these expire midway: %s", async (which) => {
    const all = which === "all credentials";
    const errored = join(root().folder, "errored.tfstate");
    let made = 0;
    root().proxy.rule = async (call, forward) => {
      if (call.name === "iam CreatePolicy" || call.name === "iam CreateRole") made += 1;
      const expired = made > 3 && (all || !call.name.startsWith("s3 "));
      return expired ? refusal(call, call.name.startsWith("s3 ") ? 400 : 403, "ExpiredToken", EXPIRED) : forward();
    };
    const { code, output } = await root().apply();
    expect(code).toBe(1);
    const left = await root().left();
    root().proxy.reset();
    expect(existsSync(errored)).toBe(all);
    const ways: string[] = [];
    if (all) {
      const refused = await root().run("state", "push", "errored.tfstate");
      await root().must("force-unlock", "-force", heldLock(refused.output)?.id ?? "");
      await root().must("state", "push", "errored.tfstate");
      rmSync(errored);
      ways.push("`terraform force-unlock <id>`", "`terraform state push errored.tfstate`, and delete that file");
    }
    await root().mustApply();
    await expectWhole();
    addRow({
      fault: `credentials that expire during the run: ${which}`,
      sees: [
        words(output, /ExpiredToken: The security token included in the request is expired/),
        ...(all
          ? [words(output, /Error: Failed to save state/), words(output, /Error: Failed to persist state to backend/)]
          : []),
      ].join("; "),
      left: `${left}${all ? "; the rest of the state in `errored.tfstate`" : ""}`,
      fix: ["fresh credentials", ...ways, "`terraform apply`"].join(", "),
    });
  });

  test("refuses a second operator at the same time, and waits with -lock-timeout", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let holds = () => {};
    const isHeld = new Promise<void>((resolve) => {
      holds = resolve;
    });
    let locks = 0;
    root().proxy.rule = async (call, forward) => {
      if (call.name === "iam CreateRole") {
        holds();
        await held;
      }
      if (call.name === LOCK) {
        locks += 1;
        // The tries of the first and second operator, and the first try of the third.
        if (locks === 3) setImmediate(release);
      }
      return forward();
    };
    const first = root().start("apply", "-auto-approve");
    await isHeld;
    const second = await root().copy("second").apply();
    expect(second.code).toBe(1);
    const left = await root().left();
    const third = await root().copy("third").run("apply", "-auto-approve", "-lock-timeout=5m");
    expect((await first.finished).code).toBe(0);
    expect(third.code).toBe(0);
    await expectWhole();
    addRow({
      fault: "two operators at once",
      sees: words(second.output, /Error acquiring the state lock/),
      left: `${left}, of the first, which completes`,
      fix: "wait and run again",
    });
    addRow({
      fault: "two operators at once, the second with `-lock-timeout=5m`",
      sees: words(third.output, /No changes[.] Your infrastructure matches the configuration[.]/),
      left: await root().left(),
      fix: "none needed",
    });
  });

  test("can run again after force-unlock of a stale lock", async () => {
    const s3 = root().lab.s3();
    const lock = { Bucket: STATE_BUCKET, Key: `${KEY}.tflock` };
    const ID = "00000000-1111-2222-3333-444444444444";
    const info = { ID, Operation: "OperationTypeApply", Who: "colleague@gone", Created: "2025-01-01T00:00:00Z" };
    await s3.send(new PutObjectCommand({ ...lock, Body: JSON.stringify(info) }));
    const { code, output } = await root().apply();
    expect(code).toBe(1);
    const left = await root().left();
    expect(heldLock(output)).toMatchObject({ id: ID, who: "colleague@gone" });
    await root().must("force-unlock", "-force", ID);
    await root().mustApply();
    await expectWhole();
    await s3.send(new DeleteObjectCommand(lock));
    addRow({
      fault: "a stale lock",
      sees: `${words(output, /Error acquiring the state lock/)} … ${words(output, /Who: +\S+/)}`,
      left,
      fix: "ask who holds it; `terraform force-unlock <id>`, `terraform apply`",
    });
  });
});
