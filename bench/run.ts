/**
 * Times `main.ts` against two programs that make the same roles: a bare CDKTF program with iterators and `Fn`, and AWS CDK, all under
 * tsx, in turn. Writes the medians to bench/RESULTS.md and a plot to bench/growth.svg. `npm run bench -- 10` for ten runs of
 * each; 5 without; the largest fleet runs once.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleets } from "./fleets";
import { machine, median, writeSection } from "./results";

const RUNS = Number(process.argv[2] ?? 5);
const SIZES = [1, 100, 1000, 10_000] as const;
const LARGEST = 10_000;
const TSX = "node_modules/tsx/dist/cli.mjs";
/** Packages of the comparison alone: they are no business of who only uses or tests this project. */
const COMPARE = "bench/compare";

/** Each program, and which of a fleet's two files it reads. */
const PROGRAMS = {
  ours: { script: "main.ts", file: "ours" },
  bare: { script: "bench/bare.ts", file: "bare" },
  cdk: { script: `${COMPARE}/aws-cdk.ts`, file: "bare" },
} as const;
type Program = keyof typeof PROGRAMS;

interface Figure {
  readonly seconds: number;
  readonly mebibytes: number;
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));

function measure(script: string, file: string, outdir: string): Figure {
  const peak = join(folder, "peak");
  const start = process.hrtime.bigint();
  const memory = ["--max-old-space-size=12000", "--require", "./bench/peak.cjs"];
  const { status, stderr } = spawnSync(process.execPath, [TSX, ...memory, script], {
    env: { ...process.env, ACCOUNTS_FILE: file, BENCH_PEAK: peak, CDKTF_OUTDIR: outdir },
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  return { seconds, mebibytes: Number(readFileSync(peak, "utf8")) / 1024 };
}

/** The medians of a fleet's size. */
interface Row {
  readonly size: number;
  readonly of: Record<Program, Figure>;
  /** Ours against the bare program, run by run. */
  readonly ratio: number;
  /** Ours once more, over what it wrote before. */
  readonly again: number;
}

function row(size: number): Row {
  const texts = fleets(size);
  const names = Object.keys(PROGRAMS) as Program[];
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.yaml`), text);
  const runs = [...Array(size === LARGEST ? 1 : RUNS)].map((_, index) => {
    console.log(`${size} accounts, run ${index + 1}`);
    const again: number[] = [];
    const figures = names.map((name) => {
      const outdir = mkdtempSync(join(folder, "out-"));
      const { script, file } = PROGRAMS[name];
      const figure = measure(script, join(folder, `${file}.yaml`), outdir);
      if (name === "ours") again.push(measure(script, join(folder, `${file}.yaml`), outdir).seconds);
      rmSync(outdir, { recursive: true });
      return [name, figure];
    });
    return { of: Object.fromEntries(figures) as Record<Program, Figure>, again: again[0] as number };
  });
  const middle = (of: (run: (typeof runs)[number]) => number) => median(runs.map(of));
  const figures = names.map((name) => [
    name,
    { seconds: middle((run) => run.of[name].seconds), mebibytes: middle((run) => run.of[name].mebibytes) },
  ]);
  return {
    size,
    of: Object.fromEntries(figures),
    ratio: middle((run) => run.of.ours.seconds / run.of.bare.seconds),
    again: middle((run) => run.again),
  };
}

function main(): void {
  if (!existsSync(`${COMPARE}/node_modules`)) execFileSync("npm", ["ci"], { cwd: COMPARE, stdio: "inherit" });
  const rows = SIZES.map(row);
  rmSync(folder, { recursive: true });

  const seconds = (value: number) => value.toFixed(2);
  const table = rows.map(({ size, of: { ours, bare, cdk }, ratio, again }) => {
    const times = [ours.seconds, bare.seconds, cdk.seconds, ratio, again].map(seconds);
    const memory = [ours, bare, cdk].map(({ mebibytes }) => mebibytes.toFixed(0));
    return `| ${[size.toLocaleString("en-US"), ...times, ...memory].join(" | ")} |`;
  });
  const at = (size: number) => rows.find((one) => one.size === size)?.of.ours.seconds as number;
  const growth = (at(LARGEST) / at(LARGEST / 10)).toFixed(1);

  const names: Record<Program, string> = { ours: "this project", bare: "bare CDKTF", cdk: "AWS CDK" };
  const plot = (Object.keys(PROGRAMS) as Program[]).map((name) => ({
    name: names[name],
    points: rows.map(({ size, of }) => [size, of[name].seconds] as const),
  }));
  const drawn = execFileSync(process.execPath, [TSX, `${COMPARE}/plot.ts`], { input: JSON.stringify(plot) });
  writeFileSync("bench/growth.svg", drawn);

  writeSection(
    "Synthesis",
    `All eight features on in every account; medians of ${RUNS} runs of each program, in turn (one run of ${LARGEST.toLocaleString("en-US")} accounts), and of the
ratio run by run. \`npm run bench -- ${RUNS}\`, ${machine()}.

| accounts | ours, s | bare CDKTF, s | AWS CDK, s | ours / bare | ours once more, s | ours, peak MiB | bare, peak MiB | CDK, peak MiB |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${table.join("\n")}

Ten times the accounts, from ${(LARGEST / 10).toLocaleString("en-US")} to ${LARGEST.toLocaleString("en-US")}, take ${growth} times as long.

![Time of synthesis against the number of accounts](growth.svg)

Ours is \`main.ts\`: it reads and checks the file and writes validations and preconditions. Once more is over its own output, where
no root is written again. Bare is \`bench/bare.ts\`: it reads a shorter YAML file and writes the same resources, variables and outputs
with CDKTF's iterators and \`Fn\`, without any check. AWS CDK is \`bench/compare/aws-cdk.ts\`: from the same shorter file the same
roles and policies as CloudFormation, without variables, activations and states, which CloudFormation does not have.`,
  );
}

main();
