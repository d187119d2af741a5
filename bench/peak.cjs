/** Preloaded by the benchmark: writes the process's peak memory, in KiB, to the file in BENCH_PEAK when it ends. */
process.on("exit", () => {
  if (process.env.BENCH_PEAK) {
    require("node:fs").writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS));
  }
});
