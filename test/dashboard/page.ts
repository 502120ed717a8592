import type { DashboardPanel } from "../support/dashboard-queries.ts";
import { escapeText } from "./axes.ts";
import { drawBars } from "./charts/bars.ts";
import { drawFigure } from "./charts/figure.ts";
import { drawHeatmap } from "./charts/heatmap.ts";
import { type ChartFrame, drawLines } from "./charts/lines.ts";
import { drawStates } from "./charts/states.ts";
import type { FilledPanel } from "./panel-data.ts";

/** A dashboard with what its queries have given. */
export interface FilledDashboard {
  readonly title: string;
  /** Its panels, filled, and its rows, which are not. */
  readonly panels: readonly (FilledPanel | DashboardPanel)[];
  /** When alerts began to fire, in seconds since 1970. */
  readonly marks: readonly number[];
}

/** The size of a cell of the grid, and what a panel needs for its frame, in pixels. */
const cell = { width: 68, height: 30 };
const frameWidth = 10;
const frameHeight = 44;

/** Writes a page that shows every panel where the dashboard has it. */
export function writePage({ title, panels, marks }: FilledDashboard): string {
  const drawn = panels.map((each) => drawPanel(each, marks));
  const bottom = Math.max(
    ...panels.map((each) => {
      const { y, h } = placeOf(each);
      return (y + h) * cell.height;
    }),
  );
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><h1>${escapeText(title)}</h1><main style="height:${bottom}px">${drawn.join("")}</main>`;
}

function drawPanel(each: FilledPanel | DashboardPanel, marks: readonly number[]): string {
  const { x, y, w, h } = placeOf(each);
  const [width, height] = [w * cell.width, h * cell.height];
  const place = `left:${x * cell.width}px;top:${y * cell.height}px;width:${width}px;height:${height}px`;
  if (!("panel" in each)) return `<h2 style="${place}">⌄ ${escapeText(each.title)}</h2>`;
  const frame = { width: width - frameWidth, height: height - frameHeight, marks };
  const chart = each.series.length === 0 ? '<p class="none">No data</p>' : drawChart(each, frame);
  return `<section style="${place}"><div><h3>${escapeText(each.panel.title)}</h3>${chart}</div></section>`;
}

function drawChart(filled: FilledPanel, frame: ChartFrame): string {
  switch (filled.panel.type) {
    case "stat":
      return drawFigure(filled, frame);
    case "heatmap":
      return drawHeatmap(filled, frame);
    case "bargauge":
      return drawBars(filled);
    case "state-timeline":
      return drawStates(filled, frame);
    case "timeseries":
      return drawLines(filled, frame);
    default:
      throw new Error(`${filled.panel.title} is a ${filled.panel.type}, which cannot be drawn`);
  }
}

function placeOf(each: FilledPanel | DashboardPanel): DashboardPanel["gridPos"] {
  return "panel" in each ? each.panel.gridPos : each.gridPos;
}

const style = `
  body { margin: 8px; background: #111217; color: #ccccdc; font: 12px Inter, "DejaVu Sans", sans-serif }
  h1 { margin: 4px 6px 10px; font-size: 20px; font-weight: 500 }
  main { position: relative }
  h2 { position: absolute; margin: 0; padding: 6px 4px; font-size: 14px; font-weight: 500; box-sizing: border-box }
  section { position: absolute; padding: 3px; box-sizing: border-box }
  section > div { position: relative; height: 100%; background: #181b1f; border: 1px solid #2c3235; border-radius: 3px; box-sizing: border-box; overflow: hidden }
  h3 { position: relative; margin: 6px 8px; font-size: 13px; font-weight: 500 }
  svg { display: block }
  svg text { fill: #9fa7b3; font-size: 11px }
  svg .word { fill: #111217 }
  .grid { stroke: #2c3235; stroke-width: 1 }
  .mark { stroke: #f2495c; stroke-width: 1; stroke-dasharray: 3 3; opacity: 0.6 }
  polyline { fill: none; stroke-width: 1.3 }
  .legend { height: 29px; overflow: hidden; padding: 0 8px; font-size: 11px; line-height: 14px }
  .legend span { margin-right: 10px; white-space: nowrap; display: inline-block }
  .legend i { display: inline-block; width: 12px; height: 3px; margin-right: 4px; vertical-align: middle }
  .spark { position: absolute; left: 0; bottom: 0 }
  .figure { position: absolute; inset: 22px 8px 0; display: flex; flex-wrap: wrap; gap: 4px 18px; align-content: center; justify-content: center; text-align: center; font-weight: 500 }
  .figure small { display: block; font-size: 11px; color: #9fa7b3 }
  .bars { padding: 2px 10px }
  .bar { display: grid; grid-template-columns: 44% 1fr 44px; gap: 8px; height: 23px; align-items: center }
  .bar span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 11px }
  .bar b { background: #22252b; height: 14px }
  .bar i { display: block; height: 14px }
  .bar em { font-style: normal; text-align: right }
  .none { text-align: center; color: #9fa7b3; margin-top: 24% }
`;
