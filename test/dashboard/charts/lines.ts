import { createPlot, drawTimeAxis, drawValueAxis, escapeText, type Plot } from "../axes.ts";
import { type FilledPanel, type NamedSeries, palette } from "../panel-data.ts";

/** How large a chart is, in pixels, and what happened meanwhile. */
export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  /** When alerts began to fire, in seconds since 1970. */
  readonly marks: readonly number[];
}

const legendHeight = 30;

/** Draws lines over time, stacked where the panel says so, with their names below. */
export function drawLines(filled: FilledPanel, frame: ChartFrame): string {
  const { fields, range } = filled;
  const stacked = fields.custom?.stacking?.mode === "normal";
  const series = stacked ? stack(filled.series) : filled.series;
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const low = fields.min ?? Math.min(...values);
  const high = fields.max ?? Math.max(...values);
  const room = high > low ? (high - low) * 0.05 : Math.abs(high) * 0.1 || 1;
  const plot = createPlot({
    width: frame.width,
    height: frame.height - legendHeight,
    range,
    values: [fields.min ?? low - room, fields.max ?? high + room],
  });
  const fill = (fields.custom?.fillOpacity ?? 0) / 100;
  // The greatest stack first, so that the others lie before it.
  const drawn = series.map((each, index) =>
    drawLine(plot, each.points, { color: colorAt(index), fill: stacked ? 1 : fill }),
  );
  const marks = frame.marks.map((time) => {
    const x = plot.x(time).toFixed(1);
    return `<line class="mark" x1="${x}" x2="${x}" y1="8" y2="${plot.height - 18}"/>`;
  });
  const order = stacked ? drawn.toReversed() : drawn;
  return `<svg width="${plot.width}" height="${plot.height}">${drawValueAxis(plot, fields.unit ?? "none")}${drawTimeAxis(plot)}${marks.join("")}${order.join("")}</svg>${drawLegend(filled.series)}`;
}

function stack(series: readonly NamedSeries[]): readonly NamedSeries[] {
  const sums = new Map<number, number>();
  return series.map(({ name, points }) => ({
    name,
    points: points.map(([time, value]) => {
      const sum = (sums.get(time) ?? 0) + value;
      sums.set(time, sum);
      return [time, sum] as const;
    }),
  }));
}

function drawLine(
  plot: Plot,
  points: NamedSeries["points"],
  { color, fill }: { readonly color: string; readonly fill: number },
): string {
  return splitAtGaps(points, plot.range.step)
    .map((part) => {
      const path = part
        .map(([time, value]) => `${plot.x(time).toFixed(1)},${plot.y(value).toFixed(1)}`)
        .join(" ");
      const [first, last] = [part[0]?.[0] ?? 0, part.at(-1)?.[0] ?? 0];
      const floor = plot.y(Math.max(plot.low, 0)).toFixed(1);
      const area = `${plot.x(first).toFixed(1)},${floor} ${path} ${plot.x(last).toFixed(1)},${floor}`;
      const shade = fill === 1 ? `color-mix(in srgb, ${color} 45%, #181b1f)` : color;
      return `<polygon points="${area}" fill="${shade}" fill-opacity="${fill}"/><polyline points="${path}" stroke="${color}"/>`;
    })
    .join("");
}

/** Where nothing was there for a while, there is no line. */
function splitAtGaps(
  points: NamedSeries["points"],
  step: number,
): readonly (readonly NamedSeries["points"][number][])[] {
  const parts: NamedSeries["points"][number][][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (point[0] - before > step * 1.5) parts.push([]);
    parts.at(-1)?.push(point);
    before = point[0];
  }
  return parts;
}

function drawLegend(series: readonly NamedSeries[]): string {
  const names = series.map(
    ({ name }, index) =>
      `<span><i style="background:${colorAt(index)}"></i>${escapeText(name)}</span>`,
  );
  return `<div class="legend">${names.join("")}</div>`;
}

function colorAt(index: number): string {
  return palette[index % palette.length] ?? "";
}
