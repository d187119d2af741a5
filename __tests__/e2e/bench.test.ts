import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../scripts/support/lab";
import { type Finished, run } from "../../scripts/support/run";
import { describeInLab, describeWithRegistry, programs } from "./support";

/** Files that the programs of bench/ use. */
const USED = ["bench", "lib", "main.ts", "modules", "package.json", "scripts", "tsconfig.json"];

// The programs run in a copy, because they write results and install packages next to themselves.
describeWithRegistry("bench", ["chromium"], () =>
  describeInLab("programs, at the smallest size", (lab) => {
    const copy = (name = "") => join(lab().folder, "copy", name);
    const results = () => readFileSync(copy("bench/RESULTS.md"), "utf8");

    /** Runs a program as a user would, with the tools of this machine. */
    async function bench(name: string, ...args: readonly string[]): Promise<Finished> {
      const finished = await run(process.execPath, ["--import", "tsx", `bench/${name}.ts`, ...args], {
        cwd: copy(),
        env: { ...process.env, HOME: lab().folder } as Record<string, string>,
      });
      if (finished.code !== 0) throw new Error(`bench/${name}.ts ended with ${finished.code}:\n${finished.output}`);
      return finished;
    }

    beforeAll(() => {
      const filter = (path: string) => !path.includes("node_modules");
      for (const name of USED) cpSync(join(REPOSITORY, name), copy(name), { recursive: true, filter });
      symlinkSync(join(REPOSITORY, "node_modules"), copy("node_modules"));
    });

    test(
      "run.ts measures both kinds of fleet and the other programs, and does not store the figures of selected sizes",
      async () => {
        const before = results();
        const { stdout } = await bench("run", "1", "--sizes", "1,2");
        for (const title of ["## Synthesis, five features\n", "## Synthesis\n"]) expect(stdout).toContain(title);
        expect(stdout.match(/^\| [12] \|( [0-9.]+ \|){6,8}$/gm)).toHaveLength(4);
        expect(results()).toBe(before);
      },
      programs(20),
    );

    test("plot.ts draws its input", async () => {
      const series = [{ name: "this project", points: [[1, 0.5] as const, [10, 1] as const] }];
      const command = `echo '${JSON.stringify(series)}' | '${process.execPath}' --import tsx bench/compare/plot.ts`;
      const { code, stdout } = await run("/bin/sh", ["-c", command], { cwd: copy(), env: lab().env });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^<svg[\s\S]*this project[\s\S]*<\/svg>\n$/);
    });

    test("module.ts verifies that the module and hand-written HCL create the same resources", async () => {
      await bench("module", "1");
      expect(results()).toMatch(/^\| module \| \d+ \|[\s\S]*^\| hand-written HCL \| \d+ \|/m);
      expect(results()).toContain("`npx tsx bench/module.ts 1`");
    });

    test("report.ts measures the page in a browser", async () => {
      await bench("report", "2", "1");
      expect(results()).toMatch(/^\| 2 \|( \d+ \|){4}$/m);
    });

    // deploy.ts reads processes from /proc.
    (existsSync("/proc/self/smaps_rollup") ? test : test.skip)("deploy.ts deploys in both ways (Linux)", async () => {
      await bench("deploy", "1", "1");
      expect(results()).toContain("| 1 accounts, 1 at a time |");
    });
  }),
);
