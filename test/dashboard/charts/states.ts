import { createPlot, drawTimeAxis, escapeText } from "../axes.ts";
import { colorOf, type FilledPanel, type NamedSeries, wordOf } from "../panel-data.ts";
import type { ChartFrame } from "./lines.ts";

const labelWidth = 140;

/** Draws what each series was, and when. */
export function drawStates({ series, fields, range }: FilledPanel, frame: ChartFrame): string {
  const plot = createPlot({ ...frame, range, values: [0, series.length] });
  const right = plot.x(range.to);
  const x = (time: number): number =>
    labelWidth + ((time - range.from) / (range.to - range.from)) * (right - labelWidth);
  const rows = series.map(({ name, points }, row) => {
    const [top, bottom] = [plot.y(series.length - row), plot.y(series.length - row - 1)];
    const height = (bottom - top) * 0.8;
    const middle = ((top + bottom) / 2).toFixed(1);
    const spans = spansOf(points, range.step).map(({ from, to, value }) => {
      const text = wordOf(value, fields) ?? "";
      const width = x(to) - x(from);
      const word =
        width > text.length * 8
          ? `<text class="word" x="${(x(from) + 5).toFixed(1)}" y="${middle}" dy="4">${escapeText(text)}</text>`
          : "";
      return `<rect x="${x(from).toFixed(1)}" y="${((top + bottom - height) / 2).toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${colorOf(value, fields)}" fill-opacity="0.75"/>${word}`;
    });
    return `<text x="${labelWidth - 8}" y="${middle}" dy="4" text-anchor="end">${escapeText(name)}</text>${spans.join("")}`;
  });
  const times = drawTimeAxis({ ...plot, x });
  return `<svg width="${frame.width}" height="${frame.height}">${times}${rows.join("")}</svg>`;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** The times in which a series kept one value. */
function spansOf(points: NamedSeries["points"], step: number): readonly Span[] {
  const spans: Span[] = [];
  for (const [time, value] of points) {
    const last = spans.at(-1);
    const goesOn = last !== undefined && last.value === value && time - last.to < step * 1.5;
    if (goesOn) spans[spans.length - 1] = { ...last, to: time };
    else spans.push({ from: time, to: time + step, value });
  }
  return spans;
}
