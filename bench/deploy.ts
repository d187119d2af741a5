/**
 * Compares `npm run deploy` of N accounts with plain `terraform init` and `terraform apply` for each, with the same parallelism,
 * on the AWS emulator: `npx tsx bench/deploy.ts [N] [parallelism]`. Linux only: it reads /proc.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { Lab, REPOSITORY } from "../scripts/support/lab";
import { type Finished, run } from "../scripts/support/run";
import { machine, writeSection } from "./results";

const [count = 10, parallelism = availableParallelism()] = process.argv.slice(2).map(Number);
const BUCKET = "example-terraform-state";

/** Returns a separate fleet for each way, so that both create all roles. */
function fleet(way: string, firstId: number): { names: string[]; yaml: string } {
  const names = [...Array(count).keys()].map((n) => `${way}-${n}`);
  const account = (name: string, n: number) => `  ${name}: { id: "${firstId + n}", region: eu-central-1 }\n`;
  const role = "arn:aws:iam::{account_id}:role/TerraformDeploy";
  const state = `{ backend: s3, bucket: ${BUCKET}, key: "{account_name}.tfstate", region: us-east-1 }`;
  const defaults = `defaults: { deploy_role_arn: "${role}", state: ${state}, cloudwatch_agent: { default: {} } }\n`;
  return { names, yaml: `${defaults}accounts:\n${names.map(account).join("")}` };
}

interface Measured {
  readonly seconds: number;
  /** Processor time of all child processes. Other programs on the machine affect it less than the elapsed time. */
  readonly cpu: number;
  readonly memory: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const outside = new Set(family(process.pid));
  let memory = 0;
  const sample = () => {
    const pids = family(process.pid).filter((pid) => !outside.has(pid));
    memory = Math.max(
      memory,
      pids.map(proportionalMb).reduce((a, b) => a + b, 0),
    );
  };
  const timer = setInterval(sample, 200);
  const cpu = childrenCpu();
  const start = performance.now();
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { seconds: (performance.now() - start) / 1000, cpu: childrenCpu() - cpu, memory };
}

/** Returns a process and all its descendants. */
function family(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(stat(name)[1])] as const);
  const below = (one: number): number[] => [
    one,
    ...parents.filter(([, of]) => of === one).flatMap(([of]) => below(of)),
  ];
  return below(pid);
}

/** Returns the fields after the name in a process's `stat`: state, parent and so on. Empty if the process has ended. */
function stat(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  } catch {
    return [];
  }
}

/** Returns the memory of a process in MB. Shared memory (the provider's 700 MB of code) is divided among its users. */
function proportionalMb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function childrenCpu(): number {
  const fields = stat("self");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function bytes(path: string): number {
  const found = lstatSync(path);
  return found.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytes(join(path, name)), 0) : found.size;
}

/** Environment of plain Terraform: Go's default settings. */
const OWN = { GOGC: "", GOMEMLIMIT: "" };

async function main(): Promise<void> {
  const lab = await Lab.open();
  try {
    await lab.s3().send(new CreateBucketCommand({ Bucket: BUCKET }));
    const prepare = (way: string, firstId: number) => {
      const { names, yaml } = fleet(way, firstId);
      const output = lab.directory(`${way}/cdktf.out`);
      const env = { ...OWN, ACCOUNTS_FILE: lab.file(`${way}/accounts.yaml`, yaml), CDKTF_OUTDIR: output };
      return { names, env, root: (name: string) => join(output, "stacks", name) };
    };
    const succeeded = ({ code, output }: Finished) => {
      if (code !== 0) throw new Error(output);
    };
    const { program } = lab.engine;
    const terraform = async (cwd: string, ...args: string[]) =>
      succeeded(await run(program, [...args, "-input=false"], { cwd, env: { ...lab.env, ...OWN } }));
    const limit = pLimit(parallelism);

    const plain = prepare("plain", 200_000_000_000);
    const made = await measure(async () => {
      succeeded(await lab.program("main.ts", plain.env));
      await limit.map(plain.names, async (name) => {
        await terraform(plain.root(name), "init");
        await terraform(plain.root(name), "apply", "-auto-approve");
      });
    });
    const ours = prepare("ours", 300_000_000_000);
    // A set value takes precedence over the one that deploy sets.
    const { GOGC: _, GOMEMLIMIT: __, ...env } = ours.env;
    const deploy = async () => {
      const args = ["--yes", "--parallelism", String(parallelism)];
      succeeded(
        await run(process.execPath, ["--import", "tsx", "scripts/deploy.ts", ...args], {
          cwd: REPOSITORY,
          env: ownEnvironment(lab, env),
        }),
      );
    };
    const deployed = await measure(deploy);
    const planned = await measure(async () => {
      await limit.map(plain.names, (name) => terraform(plain.root(name), "plan"));
    });
    const again = await measure(deploy);

    const disk = (bytes(ours.root("ours-0")) / 1e6).toFixed(3);
    const row = (name: string, { seconds, cpu, memory }: Measured) =>
      `| ${name} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${memory.toFixed(0)} |`;
    const ratio = (one: Measured, other: Measured) => {
      const of = (key: keyof Measured) => (one[key] / other[key]).toFixed(2);
      return `| ratio | ${of("seconds")} | ${of("cpu")} | ${of("memory")} |`;
    };
    writeSection(
      "Deploying a fleet",
      `\`npm run deploy -- --yes\` against plain Terraform, both with a role and two attachments per account, state in S3, on an AWS emulator.
One run of each, plain Terraform first. Plain Terraform uses Go's default settings. Memory is the total of all processes, with shared
memory counted once. Disk space per account, without the shared provider: ${disk} MB. \`npx tsx bench/deploy.ts ${count} ${parallelism}\`, ${machine()}.

| ${count} accounts, ${parallelism} at a time | time, s | processor time, s | peak memory, MB |
|---|---:|---:|---:|
${row("new: `npm run synth`, plain `terraform init` and `apply`", made)}
${row("new: `npm run deploy`", deployed)}
${ratio(deployed, made)}
${row("unchanged: plain `terraform plan`", planned)}
${row("unchanged: `npm run deploy`", again)}
${ratio(again, planned)}`,
    );
  } finally {
    await lab.close();
  }
}

/** Returns the lab's environment without its Go settings. */
function ownEnvironment(lab: Lab, more: Readonly<Record<string, string>>): Record<string, string> {
  const { GOGC: _, GOMEMLIMIT: __, ...env } = lab.env;
  return { ...env, ...more };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
