import { escapeText } from "../axes.ts";
import { colorOf, type FilledPanel } from "../panel-data.ts";
import { formatValue } from "../units.ts";

/** How many bars there is room for. */
const most = 8;

/** Draws one bar for each series as it is at the end. */
export function drawBars({ series, fields, range }: FilledPanel): string {
  const bars = series
    .flatMap(({ name, points }) => {
      const [time, value] = points.at(-1) ?? [0, 0];
      return time < range.to - 2 * range.step ? [] : [{ name, value }];
    })
    .toSorted((one, other) => other.value - one.value)
    .slice(0, most)
    .map(({ name, value }) => {
      const color = colorOf(value, fields);
      const share = Math.min(Math.max(value / (fields.max ?? 1), 0), 1) * 100;
      return `<div class="bar"><span>${escapeText(name)}</span><b><i style="width:${share.toFixed(1)}%;background:${color}"></i></b><em style="color:${color}">${formatValue(value, fields.unit ?? "none")}</em></div>`;
    });
  return `<div class="bars">${bars.join("")}</div>`;
}
