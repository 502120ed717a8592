import { createPlot, drawTimeAxis } from "../axes.ts";
import type { FilledPanel } from "../panel-data.ts";
import { formatValue } from "../units.ts";
import type { ChartFrame } from "./lines.ts";

const labelHeight = 12;

/** Draws how many values fell into each bucket, and when: the brighter, the more. */
export function drawHeatmap({ series, fields, range }: FilledPanel, frame: ChartFrame): string {
  const bounds = series
    .map(({ name, points }) => ({ bound: Number(name.replace("+Inf", "Infinity")), points }))
    .toSorted((one, other) => one.bound - other.bound);
  const counts = bounds.map(({ points }, row) => {
    const below = new Map(bounds[row - 1]?.points);
    return points.map(
      ([time, value]) => [time, Math.max(value - (below.get(time) ?? 0), 0)] as const,
    );
  });
  const used = counts.flatMap((row, index) =>
    row.some(([, count]) => count > 1e-9) ? [index] : [],
  );
  const first = used[0] ?? 0;
  const last = (used.at(-1) ?? 0) + 1;
  const plot = createPlot({ ...frame, range, values: [first, last] });
  const most = Math.max(...counts.flat().map(([, count]) => count), 1e-9);
  const cells = counts.slice(first, last).flatMap((row, index) =>
    row.flatMap(([time, count]) => {
      if (count <= 1e-9) return [];
      const [x, top] = [plot.x(time - range.step), plot.y(first + index + 1)];
      const width = (plot.x(time) - x + 0.5).toFixed(1);
      const height = (plot.y(first + index) - top - 1).toFixed(1);
      const strength = (0.12 + 0.88 * Math.sqrt(count / most)).toFixed(2);
      return `<rect x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${width}" height="${height}" fill="#ff9830" fill-opacity="${strength}"/>`;
    }),
  );
  const each = Math.ceil(labelHeight / ((plot.y(first) - plot.y(last)) / (last - first)));
  const labels = bounds.slice(first, last).map(({ bound }, index) => {
    if (index % each > 0) return "";
    const text = Number.isFinite(bound) ? formatValue(bound, fields.unit ?? "none") : "more";
    return `<text x="56" y="${(plot.y(first + index + 1) + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
  });
  return `<svg width="${frame.width}" height="${frame.height}">${drawTimeAxis(plot)}${cells.join("")}${labels.join("")}</svg>`;
}
