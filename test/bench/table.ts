import type { ComputeRound } from "./compute.ts";
import { median } from "./latency.ts";
import type { Latency, RoundFigures, Row } from "./rounds.ts";
import type { Measured, Target } from "./targets.ts";

/** Lays cells out in columns: the first to the left, the others to the right, as `wide` says. */
export function layOut(lines: readonly (readonly string[])[], left = 2): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The table of all servers: medians of the rounds. */
export function layOutRows(rows: readonly Row[]): string {
  return layOut([
    [
      "server",
      "calls",
      "calls/s",
      "CPU µs/call",
      "server",
      "load",
      "p50/p99 ms, one",
      "p50/p99 ms, half load",
      "memory MB",
    ],
    ...rows.map(describeRow),
  ]);
}

function describeRow({ name, protocol, rounds }: Row): readonly string[] {
  const middle = (pick: (each: RoundFigures) => number): number => median(rounds.map(pick));
  const latency = (pick: (each: RoundFigures) => Latency): string =>
    `${middle((each) => pick(each).p50).toFixed(2)} / ${middle((each) => pick(each).p99).toFixed(2)}`;
  return [
    name,
    protocol === "grpc" ? "gRPC, raw tensor" : "Connect JSON, rows",
    middle(({ rate }) => rate).toFixed(0),
    middle(({ cpuMicros }) => cpuMicros).toFixed(1),
    percent(middle(({ serverShare }) => serverShare)),
    percent(middle(({ loadShare }) => loadShare)),
    latency(({ oneAtATime }) => oneAtATime),
    latency(({ halfLoad }) => halfLoad),
    middle(({ memoryMb }) => memoryMb).toFixed(0),
  ];
}

/** Writes a share of one as a percentage. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** The lines about the compute-bound model and about starts, of those that were measured. */
export function layOutExtras({ compute, starts }: Measured): readonly string[] {
  const lines: string[] = [];
  if (compute.length > 0) {
    const middle = (name: keyof ComputeRound, digits = 0): string =>
      median(compute.map((each) => each[name])).toFixed(digits);
    lines.push(
      `MLP 256-1024-1024-10, 32 calls of one row: ${middle("rate")} rows/s, ${middle("cpuMicros", 1)} CPU µs/row; ` +
        `of 32 rows: ${middle("wideRate")} rows/s, ${middle("wideCpuMicros", 1)} CPU µs/row`,
      `ONNX Runtime alone: ${middle("rawRate")} rows/s, ${middle("rawCpuMicros", 1)} CPU µs/row in batches of ${middle("rawRows")}`,
    );
  }
  if (starts.length > 0) {
    const first = median(starts.map(({ firstAnswerMs }) => firstAnswerMs));
    const memory = median(starts.map(({ idleMemoryMb }) => idleMemoryMb));
    lines.push(
      `five models: first answer after ${first.toFixed(0)} ms, ${memory.toFixed(0)} MB when idle`,
    );
  }
  return lines;
}

/** The table of targets. */
export function layOutTargets(targets: readonly Target[]): string {
  const amount = (value: number, unit: string): string =>
    unit === "" ? value.toFixed(2) : `${value.toFixed(0)} ${unit}`;
  const measured = targets.filter(({ figure }) => !Number.isNaN(figure));
  return layOut(
    [
      ["target", "limit", "figure", ""],
      ...measured.map(({ measure, bound, limit, unit, figure, met }) => [
        measure,
        `${bound === "most" ? "≤" : "≥"} ${amount(limit, unit)}`,
        amount(figure, unit),
        met ? "met" : "NOT MET",
      ]),
    ],
    1,
  );
}
