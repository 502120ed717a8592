import type { OverloadRow } from "./overload.ts";
import { layOut, percent } from "./table.ts";

const names: Readonly<Record<OverloadRow["model"], string>> = {
  mlp: "MLP 256-1024-1024-10",
  tiny: "breast-cancer",
};

/** The table of `--overload`; `of peak` is the goodput beside the most of its model. */
export function layOutOverload(rows: readonly OverloadRow[]): string {
  const head = [
    "model",
    "offered",
    "calls/s",
    "answered/s",
    "of peak",
    "refused",
    "no room",
    "p50/p99 ms, answered",
    "CPU µs/answer",
    "memory MB",
    "load",
  ];
  return layOut([head, ...rows.map((row) => describeRow(row, rows))], 1);
}

function describeRow(row: OverloadRow, rows: readonly OverloadRow[]): readonly string[] {
  const peak = Math.max(
    ...rows.filter(({ model }) => model === row.model).map(({ goodput }) => goodput),
  );
  return [
    names[row.model],
    `${row.factor} x`,
    row.offered.toFixed(0),
    row.goodput.toFixed(0),
    percent(row.goodput / peak),
    percent(row.refused),
    percent(row.unsent),
    `${row.p50.toFixed(1)} / ${row.p99.toFixed(1)}`,
    row.cpuMicros.toFixed(0),
    row.memoryMb.toFixed(0),
    percent(row.loadShare),
  ];
}
