/** Plots time against fleet size on logarithmic axes. Reads the figures as JSON and writes SVG. */
import { readFileSync } from "node:fs";
import { init } from "echarts";

/** Figures of one program: the seconds for each fleet size. */
interface Series {
  readonly name: string;
  readonly points: readonly (readonly [accounts: number, seconds: number])[];
}

function plot(series: readonly Series[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 760, height: 420 });
  const axis = {
    nameTextStyle: { color: "#444" },
    axisLabel: { color: "#444" },
    splitLine: { lineStyle: { color: "#ddd" } },
  };
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    color: ["#0a6e5c", "#b3541e", "#4757a8"],
    grid: { left: 60, right: 130, top: 30, bottom: 50 },
    xAxis: { type: "log", name: "accounts", nameLocation: "middle", nameGap: 30, ...axis },
    yAxis: { type: "log", name: "seconds", ...axis },
    series: series.map(({ name, points }) => ({
      name,
      type: "line",
      data: points,
      symbol: "circle",
      symbolSize: 7,
      endLabel: { show: true, formatter: name, color: "inherit", distance: 8 },
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const title = `<title>Seconds of synthesis against the number of accounts: ${series.map(({ name }) => name).join(", ")}</title>`;
  return `${svg.trim().replace(">", `>${title}`)}\n`;
}

process.stdout.write(plot(JSON.parse(readFileSync(0, "utf8"))));
