/**
 * Times `main.ts` against a bare CDKTF program that writes the same resources with iterators and `Fn`, both under tsx, in turn,
 * and writes the medians to bench/RESULTS.md. `npm run bench -- 10` for ten runs of each; 5 without.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleets } from "./fleets";
import { machine, median, writeSection } from "./results";

const RUNS = Number(process.argv[2] ?? 5);
const SIZES = [1, 100, 1000];
const TSX = "node_modules/tsx/dist/cli.mjs";

interface Figure {
  readonly seconds: number;
  readonly mebibytes: number;
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));

function measure(script: string, file: string): Figure {
  const peak = join(folder, "peak");
  const outdir = mkdtempSync(join(folder, "out-"));
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, [TSX, "--require", "./bench/peak.cjs", script], {
    env: { ...process.env, ACCOUNTS_FILE: file, BENCH_PEAK: peak, CDKTF_OUTDIR: outdir },
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  rmSync(outdir, { recursive: true });
  return { seconds, mebibytes: Number(readFileSync(peak, "utf8")) / 1024 };
}

const rows = SIZES.map((size) => {
  const files = Object.entries(fleets(size)).map(([name, text]) => {
    const file = join(folder, `${size}-${name}.yaml`);
    writeFileSync(file, text);
    return [name, file];
  });
  const { ours = "", bare = "" } = Object.fromEntries(files);
  const pairs = [...Array(RUNS)].map((_, index) => {
    console.log(`${size} accounts, run ${index + 1} of ${RUNS}`);
    return {
      ours: measure("main.ts", ours),
      bare: measure("bench/bare.ts", bare),
    };
  });
  const of = (figure: (pair: (typeof pairs)[number]) => number, digits: number) =>
    median(pairs.map(figure)).toFixed(digits);
  const cells = [
    size.toLocaleString("en-US"),
    of(({ ours }) => ours.seconds, 2),
    of(({ bare }) => bare.seconds, 2),
    of(({ ours, bare }) => ours.seconds / bare.seconds, 2),
    of(({ ours }) => ours.mebibytes, 0),
    of(({ bare }) => bare.mebibytes, 0),
  ];
  return `| ${cells.join(" | ")} |`;
});
rmSync(folder, { recursive: true });

writeSection(
  "Synthesis",
  `All five features on in every account; medians of ${RUNS} runs of each program, in turn, and of the ratio run by run.
\`npm run bench -- ${RUNS}\`, ${machine()}.

| accounts | ours, s | bare CDKTF, s | ours / bare | ours, peak MiB | bare, peak MiB |
|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}

Ours is \`main.ts\`: it reads and checks the file and writes validations and preconditions. Bare is \`bench/bare.ts\`: it reads a
shorter YAML file and writes the same resources, variables and outputs with CDKTF's iterators and \`Fn\`, without any check.`,
);
