import { median } from "./latency.ts";
import { layOut } from "./table.ts";
import {
  cpuRatio,
  type SideFigures,
  type TelemetryRound,
  type TelemetrySide,
  telemetrySides,
} from "./telemetry.ts";

const names: Readonly<Record<TelemetrySide, string>> = {
  off: "telemetry off",
  metrics: "metrics, logs",
  sampled: "metrics, logs, 1 % of traces",
  traced: "metrics, logs, all traces",
};

/** The table of `--telemetry`: medians of the rounds. */
export function layOutTelemetry(rounds: readonly TelemetryRound[]): string {
  const head = [
    "Predict, gRPC",
    "calls/s",
    "CPU µs/call",
    "rate, of off",
    "CPU, of off",
    "spans/call",
  ];
  return layOut([head, ...telemetrySides.map((side) => describeSide(rounds, side))], 1);
}

function describeSide(rounds: readonly TelemetryRound[], side: TelemetrySide): readonly string[] {
  const middle = (name: keyof SideFigures): number =>
    median(rounds.map((round) => round[side][name]));
  return [
    names[side],
    middle("rate").toFixed(0),
    middle("cpuMicros").toFixed(1),
    median(rounds.map((round) => round[side].rate / round.off.rate)).toFixed(2),
    cpuRatio(rounds, side).toFixed(2),
    middle("spansPerCall").toFixed(2),
  ];
}
