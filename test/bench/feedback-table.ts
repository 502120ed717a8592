import type { FeedbackFigures } from "./feedback.ts";
import type { IdRound } from "./ids.ts";
import { median } from "./latency.ts";
import { concurrency } from "./rounds.ts";
import type { ReportFigures, StoreKind, StoreRound, StoreRow } from "./stores.ts";
import { layOut, percent } from "./table.ts";

const names: Readonly<Record<StoreKind, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" };
const underWay: Readonly<Record<keyof StoreRound, number>> = {
  many: concurrency.grpc.connections * concurrency.grpc.streams,
  single: 1,
};

/** The tables of `--feedback`: medians of the rounds. */
export function layOutFeedback({ diskMs, stores, ids, driftMicros }: FeedbackFigures): string {
  const head = ["store", "calls under way", "rows/s", "CPU µs/row", "server", "load", "p50/p99 ms"];
  const rows = stores.flatMap((row) => [describeRow(row, "many"), describeRow(row, "single")]);
  return [
    layOut([head, ...rows], 1),
    `the disk keeps a page for good in ${diskMs.toFixed(2)} ms`,
    "",
    layOut(
      [
        ["Predict, gRPC", "calls/s", "CPU µs/call"],
        ["ids for feedback, SQLite", ...describeIds(ids, "on")],
        ["--store off", ...describeIds(ids, "off")],
      ],
      1,
    ),
    `looking for drift: ${driftMicros.toFixed(2)} µs of a call with ids`,
  ].join("\n");
}

function describeRow(
  { store, durable, rounds }: StoreRow,
  which: keyof StoreRound,
): readonly string[] {
  const middle = (name: keyof ReportFigures): number =>
    median(rounds.map((round) => round[which][name]));
  return [
    durable ? names[store] : `${names[store]}, fsync off`,
    String(underWay[which]),
    middle("rate").toFixed(0),
    middle("cpuMicros").toFixed(1),
    percent(middle("serverShare")),
    percent(middle("loadShare")),
    `${middle("p50").toFixed(2)} / ${middle("p99").toFixed(2)}`,
  ];
}

function describeIds(rounds: readonly IdRound[], which: keyof IdRound): readonly string[] {
  const middle = (name: "rate" | "cpuMicros"): number =>
    median(rounds.map((round) => round[which][name]));
  return [middle("rate").toFixed(0), middle("cpuMicros").toFixed(1)];
}
