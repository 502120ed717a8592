import type { TimeRange } from "../support/prometheus-api.ts";
import { formatValue } from "./units.ts";

/** The rectangle that a chart is drawn in, in pixels, and what its ends mean. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly range: TimeRange;
  readonly low: number;
  readonly high: number;
  x(time: number): number;
  y(value: number): number;
}

/** Where the axes leave room for the plot. */
const margin = { left: 62, right: 8, top: 8, bottom: 18 };

/** What a plot is made for. */
export interface PlotParts {
  readonly width: number;
  readonly height: number;
  readonly range: TimeRange;
  /** The ends of the axis of values. */
  readonly values: readonly [low: number, high: number];
}

/** Makes a plot. */
export function createPlot({ width, height, range, values: [low, high] }: PlotParts): Plot {
  const across = width - margin.left - margin.right;
  const up = height - margin.top - margin.bottom;
  return {
    width,
    height,
    range,
    low,
    high,
    x: (time) => margin.left + ((time - range.from) / (range.to - range.from)) * across,
    y: (value) => margin.top + (1 - (value - low) / (high - low || 1)) * up,
  };
}

/** Round numbers from one end to the other, about so many. */
export function ticksOf(low: number, high: number, about: number): readonly number[] {
  const raw = (high - low) / about;
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((each) => each * power >= raw) ?? 10);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => (first + index) * step);
}

/** Draws lines across for round values, with what they are. */
export function drawValueAxis(plot: Plot, unit: string): string {
  const right = plot.width - margin.right;
  return ticksOf(plot.low, plot.high, 4)
    .map((value) => {
      const y = plot.y(value).toFixed(1);
      return `<line class="grid" x1="${margin.left}" x2="${right}" y1="${y}" y2="${y}"/><text x="${margin.left - 6}" y="${y}" dy="4" text-anchor="end">${formatValue(value, unit)}</text>`;
    })
    .join("");
}

/** Draws the times below, in minutes since the beginning. */
export function drawTimeAxis(plot: Plot): string {
  const { from, to } = plot.range;
  return ticksOf(0, (to - from) / 60, plot.width / 90)
    .map((minutes) => {
      const x = plot.x(from + minutes * 60).toFixed(1);
      const [whole, seconds] = [Math.floor(minutes), Math.round((minutes % 1) * 60)];
      const text = `${whole}:${String(seconds).padStart(2, "0")}`;
      return `<line class="grid" x1="${x}" x2="${x}" y1="${margin.top}" y2="${plot.height - margin.bottom}"/><text x="${x}" y="${plot.height - 4}" text-anchor="middle">${text}</text>`;
    })
    .join("");
}

/** Writes text so that it is nothing but text. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
