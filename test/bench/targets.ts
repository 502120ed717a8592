import type { ComputeRound } from "./compute.ts";
import { median } from "./latency.ts";
import type { Protocol } from "./load/connection.ts";
import type { RoundFigures, Row } from "./rounds.ts";
import type { StartFigures } from "./start.ts";

/** Everything that a run measured; what it was not asked for is empty. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly compute: readonly ComputeRound[];
  readonly starts: readonly StartFigures[];
}

/** One thing that Presage promises, and how it stands. */
export interface Target {
  readonly measure: string;
  /** `most`: the figure may not be above the limit; `least`: not below. */
  readonly bound: "most" | "least";
  readonly limit: number;
  readonly unit: "" | "ms" | "MB";
  /** NaN if it was not measured. */
  readonly figure: number;
  readonly met: boolean;
}

/** A target before it is judged; its unit is none if it is a ratio. */
export type Promised = Omit<Target, "met" | "unit"> & { readonly unit?: Target["unit"] };

/** Lays what was measured beside what is promised. Ratios are medians of each round's own ratio. */
export function judge({ rows, compute, starts }: Measured): readonly Target[] {
  const ratio = (protocol: Protocol, other: string, pick: (each: RoundFigures) => number): number =>
    medianRatio(find(rows, "presage", protocol), find(rows, other, protocol), pick);
  const cpu = (each: RoundFigures): number => each.cpuMicros;
  const p50 = (each: RoundFigures): number => each.oneAtATime.p50;
  const promised: readonly Promised[] = [
    most("CPU, gRPC raw tensor: presage / connect-node", 0.12, ratio("grpc", "connect-node", cpu)),
    most("CPU, gRPC raw tensor: presage / grpc-js", 0.55, ratio("grpc", "grpc-js", cpu)),
    most("CPU, gRPC raw tensor: presage / http2-echo", 1.4, ratio("grpc", "http2-echo", cpu)),
    most("CPU, Connect JSON: presage / connect-node", 0.2, ratio("json", "connect-node", cpu)),
    most("CPU, Connect JSON: presage / http-echo", 1.8, ratio("json", "http-echo", cpu)),
    most(
      "p50 of one call at a time, gRPC: presage / http2-echo",
      1.3,
      ratio("grpc", "http2-echo", p50),
    ),
    most(
      "p50 of one call at a time, JSON: presage / http-echo",
      1.3,
      ratio("json", "http-echo", p50),
    ),
    least(
      "rate of MLP 256-1024-1024-10, 32 calls: presage / ONNX Runtime alone",
      0.9,
      median(compute.map(({ rate, rawRate }) => rate / rawRate)),
    ),
    least(
      "rows a second of that MLP, 32 calls of 32 rows: presage / ONNX Runtime alone",
      0.9,
      median(compute.map(({ wideRate, rawRate }) => wideRate / rawRate)),
    ),
    {
      ...most(
        "cold start to first answer, five models",
        1000,
        median(starts.map(({ firstAnswerMs }) => firstAnswerMs)),
      ),
      unit: "ms",
    },
    {
      ...most(
        "memory, idle, five models",
        150,
        median(starts.map(({ idleMemoryMb }) => idleMemoryMb)),
      ),
      unit: "MB",
    },
  ];
  return judgeAll(promised);
}

/** Says of each promise whether it is kept; of what was not measured, that it is not. */
export function judgeAll(promised: readonly Promised[]): readonly Target[] {
  return promised.map((each) => ({
    unit: "",
    ...each,
    met: each.bound === "most" ? each.figure <= each.limit : each.figure >= each.limit,
  }));
}

/** A promise that a figure is not above a limit. */
export function most(measure: string, limit: number, figure: number): Promised {
  return { measure, bound: "most", limit, figure };
}

/** A promise that a figure is not below a limit. */
export function least(measure: string, limit: number, figure: number): Promised {
  return { measure, bound: "least", limit, figure };
}

function find(rows: readonly Row[], name: string, protocol: Protocol): readonly RoundFigures[] {
  return rows.find((row) => row.name === name && row.protocol === protocol)?.rounds ?? [];
}

function medianRatio(
  ours: readonly RoundFigures[],
  theirs: readonly RoundFigures[],
  pick: (each: RoundFigures) => number,
): number {
  const pairs = ours.flatMap((each, round) => {
    const other = theirs[round];
    return other === undefined ? [] : [pick(each) / pick(other)];
  });
  return median(pairs);
}
