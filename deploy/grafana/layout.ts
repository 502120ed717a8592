import type { Panel, RowPanel } from "@grafana/schema";
import type { SizedPanel } from "./panels.ts";

/** A row of the dashboard, that can be folded. */
export interface Row {
  readonly title: string;
  readonly panels: readonly SizedPanel[];
}

const columns = 24;

/** Gives every panel its place, from left to right and from the top to the bottom, and its number. */
export function layOut(rows: readonly Row[]): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let top = 0;
  for (const { title, panels } of rows) {
    placed.push({
      type: "row",
      id: placed.length + 1,
      title,
      collapsed: false,
      gridPos: { x: 0, y: top, w: columns, h: 1 },
      panels: [],
    });
    top += 1;
    let [left, lineHeight] = [0, 0];
    for (const { panel, width, height } of panels) {
      if (left + width > columns) {
        top += lineHeight;
        [left, lineHeight] = [0, 0];
      }
      const gridPos = { x: left, y: top, w: width, h: height };
      placed.push({ id: placed.length + 1, ...panel, gridPos });
      left += width;
      lineHeight = Math.max(lineHeight, height);
    }
    top += lineHeight;
  }
  return placed;
}
