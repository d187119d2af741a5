/** Preloaded by the benchmark. When the process ends, writes its peak memory in KiB to the file in BENCH_PEAK. */
process.on("exit", () => {
  if (process.env.BENCH_PEAK) {
    require("node:fs").writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS));
  }
});
