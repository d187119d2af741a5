import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, InvalidArgumentError } from "../scripts/support/command";
import { type FleetKind, fleets } from "./fleets";
import { machine, median, printSection, writeSection } from "./results";

const line = commandLine("bench", {
  purpose:
    "Compares main.ts with two programs that create the same roles: a bare CDKTF program with iterators and Fn, and AWS CDK. All run with tsx, alternating. Writes the medians to bench/RESULTS.md and a plot to bench/growth.svg.",
  examples: ["bench", "bench -- 10", "bench -- 1 --sizes 1,1000"],
})
  .argument("[runs]", "runs of each program; of the largest fleet one", wholeNumber, 5)
  .option("--sizes <list>", "measure fleets of these sizes only, and write no file", (list) =>
    list.split(",").map(wholeNumber),
  )
  .parse();

function wholeNumber(value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}

const [RUNS] = line.processedArgs;
const { sizes: chosen } = line.opts();
const LARGEST = 10_000;
const SIZES = chosen ?? [1, 100, 1000, LARGEST];
const TSX = "node_modules/tsx/dist/cli.mjs";
/** Packages that only the comparison needs. Users and tests of this project do not install them. */
const COMPARE = "bench/compare";

/** Each program, and the file of a fleet that it reads. */
const PROGRAMS = {
  ours: { script: "main.ts", file: "ours" },
  bare: { script: "bench/bare.ts", file: "bare" },
  cdk: { script: `${COMPARE}/aws-cdk.ts`, file: "bare" },
} as const;
type Program = keyof typeof PROGRAMS;

/** Each program's name in the table and the plot. */
const NAMES: Record<Program, string> = { ours: "this project", bare: "bare CDKTF", cdk: "AWS CDK" };

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

/** Medians for a fleet size. */
interface Row {
  readonly size: number;
  /** In the order of the programs. */
  readonly of: readonly Figure[];
  /** Median of the ratios of this project to the bare program. */
  readonly ratio: number;
  /** Seconds of a second run of this project over the same output. */
  readonly again: number;
}

function row(kind: FleetKind, size: number, programs: readonly Program[]): Row {
  for (const [name, text] of Object.entries(fleets(size, kind))) writeFileSync(join(folder, `${name}.yaml`), text);
  const runs = [...Array(size === LARGEST ? 1 : RUNS)].map((_, index) => {
    console.log(`${size} accounts, ${kind} features, run ${index + 1}`);
    let again = Number.NaN;
    const figures = programs.map((name) => {
      const outdir = mkdtempSync(join(folder, "out-"));
      const { script, file } = PROGRAMS[name];
      const figure = measure(script, join(folder, `${file}.yaml`), outdir);
      if (name === "ours") again = measure(script, join(folder, `${file}.yaml`), outdir).seconds;
      rmSync(outdir, { recursive: true });
      return figure;
    });
    return { figures, again };
  });
  const middle = (of: (run: (typeof runs)[number]) => number) => median(runs.map(of));
  const of = programs.map((_, index) => ({
    seconds: middle(({ figures }) => figures[index]?.seconds as number),
    mebibytes: middle(({ figures }) => figures[index]?.mebibytes as number),
  }));
  const seconds = ({ figures }: (typeof runs)[number], name: Program) =>
    figures[programs.indexOf(name)]?.seconds as number;
  return {
    size,
    of,
    ratio: middle((run) => seconds(run, "ours") / seconds(run, "bare")),
    again: middle((run) => run.again),
  };
}

/** Returns a table of the medians with one row per size. */
function table(rows: readonly Row[], programs: readonly Program[]): string {
  const names = programs.map((name) => NAMES[name]);
  const head = [
    ...["accounts", ...names.map((name) => `${name}, s`), "this project / bare CDKTF", "this project once more, s"],
    ...names.map((name) => `${name}, peak MiB`),
  ];
  const lines = rows.map(({ size, of, ratio, again }) => [
    size.toLocaleString("en-US"),
    ...[...of.map(({ seconds }) => seconds), ratio, again].map((value) => value.toFixed(2)),
    ...of.map(({ mebibytes }) => mebibytes.toFixed(0)),
  ]);
  return [head, head.map(() => "---:"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Measures one kind of fleet, writes its section, and returns its rows. */
function synthesis(
  title: string,
  kind: FleetKind,
  sizes: readonly number[],
  programs: readonly Program[],
  text: (rows: readonly Row[]) => readonly [before: string, after: string],
): readonly Row[] {
  const rows = sizes.map((size) => row(kind, size, programs));
  const [before, after] = text(rows);
  const command = `\`npm run bench -- ${RUNS}${chosen ? ` --sizes ${chosen}` : ""}\`, ${machine()}.`;
  (chosen ? printSection : writeSection)(title, `${before}\n${command}\n\n${table(rows, programs)}\n\n${after}`);
  return rows;
}

function main(): void {
  if (!existsSync(`${COMPARE}/node_modules`)) execFileSync("npm", ["ci"], { cwd: COMPARE, stdio: "inherit" });
  const five: readonly Program[] = ["ours", "bare"];
  const smaller = SIZES.filter((size) => size < LARGEST);
  synthesis("Synthesis, five features", "five", smaller, five, () => [
    `Every account has five features: directory_service, cloudwatch_agent, s3_managed_buckets, s3_buckets and policies. \`bench/bare.ts\`
creates the same five. Medians of ${RUNS} runs of each program, alternating, and of the ratio per run.`,
    "",
  ]);

  const eight: readonly Program[] = ["ours", "bare", "cdk"];
  const rows = synthesis("Synthesis", "eight", SIZES, eight, (all) => {
    const at = (size: number) => all.find((one) => one.size === size)?.of[0]?.seconds as number;
    const growth = `Ten times the accounts, from ${(LARGEST / 10).toLocaleString("en-US")} to ${LARGEST.toLocaleString("en-US")}, take ${(at(LARGEST) / at(LARGEST / 10)).toFixed(1)} times as long.

![Time of synthesis against the number of accounts](growth.svg)

`;
    return [
      `Every account has all eight features. Medians of ${RUNS} runs of each program, alternating (one run of ${LARGEST.toLocaleString("en-US")} accounts), and of the
ratio per run.`,
      `${chosen ? "" : growth}This project is \`main.ts\`. It reads and checks the file, and writes validations and preconditions. "Once more" is a second run over the
same output, which rewrites no root module. Bare CDKTF is \`bench/bare.ts\`. It reads a shorter YAML file and writes the same resources,
variables and outputs with CDKTF's iterators and \`Fn\`, without checks. AWS CDK is \`bench/compare/aws-cdk.ts\`. It writes the same roles and
policies as CloudFormation from the shorter file, without variables, activations and states, which CloudFormation does not have.`,
    ];
  });
  if (chosen) return;
  const plot = eight.map((name, index) => ({
    name: NAMES[name],
    points: rows.map(({ size, of }) => [size, of[index]?.seconds] as const),
  }));
  const drawn = execFileSync(process.execPath, [TSX, `${COMPARE}/plot.ts`], { input: JSON.stringify(plot) });
  writeFileSync("bench/growth.svg", drawn);
}

try {
  main();
} finally {
  rmSync(folder, { recursive: true });
}
