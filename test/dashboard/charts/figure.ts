import { escapeText } from "../axes.ts";
import { colorOf, type FilledPanel, wordOf } from "../panel-data.ts";
import { formatValue } from "../units.ts";
import type { ChartFrame } from "./lines.ts";

/** Draws the last value of each series, large, and of one alone how it came about. */
export function drawFigure({ series, fields, range }: FilledPanel, frame: ChartFrame): string {
  const values = series.map(({ name, points }) => {
    const value = points.at(-1)?.[1] ?? Number.NaN;
    const text = wordOf(value, fields) ?? formatValue(value, fields.unit ?? "none");
    const size = series.length > 1 ? 22 : 38;
    const label = series.length > 1 ? `<small>${escapeText(name)}</small>` : "";
    return `<div style="color:${colorOf(value, fields)};font-size:${size}px">${label}${escapeText(text)}</div>`;
  });
  const [only] = series;
  const background =
    only === undefined || series.length > 1
      ? ""
      : drawSparkline(only.points, {
          frame,
          range,
          color: colorOf(only.points.at(-1)?.[1] ?? 0, fields),
        });
  return `${background}<div class="figure">${values.join("")}</div>`;
}

function drawSparkline(
  points: FilledPanel["series"][number]["points"],
  { frame, range, color }: { frame: ChartFrame; range: FilledPanel["range"]; color: string },
): string {
  const { width, height } = frame;
  const highest = Math.max(...points.map(([, value]) => value)) || 1;
  const path = points.map(([time, value]) => {
    const x = ((time - range.from) / (range.to - range.from)) * width;
    return `${x.toFixed(1)},${(height - (value / highest) * height * 0.45).toFixed(1)}`;
  });
  const ends = [`0,${height}`, ...path, `${width},${height}`].join(" ");
  return `<svg class="spark" width="${width}" height="${height}"><polygon points="${ends}" fill="${color}" fill-opacity="0.18"/><polyline points="${path.join(" ")}" stroke="${color}"/></svg>`;
}
