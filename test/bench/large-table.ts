import { type LargeRound, type LargeRow, payloadsHeld } from "./large.ts";
import { median } from "./latency.ts";
import { layOut } from "./table.ts";

const names: Readonly<Record<LargeRow["server"], string>> = {
  presage: "presage",
  copy: "node:http2 copy",
};

/** The table of `--large`: medians of the rounds. */
export function layOutLarge(rows: readonly LargeRow[]): string {
  const head = ["server", "MB", "ms/call", "CPU ms/call", "idle MB", "peak MB", "payloads held"];
  return layOut([head, ...rows.map(describeRow)], 1);
}

function describeRow(row: LargeRow): readonly string[] {
  const middle = (name: keyof LargeRound): string =>
    median(row.rounds.map((each) => each[name])).toFixed(1);
  return [
    names[row.server],
    row.payloadMb.toFixed(1),
    middle("ms"),
    middle("cpuMs"),
    row.idleMb.toFixed(0),
    row.peakMb.toFixed(0),
    payloadsHeld(row).toFixed(1),
  ];
}
