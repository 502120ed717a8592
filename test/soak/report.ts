import { layOut } from "../bench/table.ts";
import { allowedGrowth } from "./options.ts";
import type { Counts, Trouble } from "./tally.ts";
import type { MemoryFigures, MemoryVerdict } from "./verdict.ts";

/** What was counted in a minute, and the server's memory at its end. */
export interface MinuteFigures extends Counts {
  /** Counted from 1. */
  readonly minute: number;
  readonly rssMb: number;
  /** What was left of it when garbage was collected; undefined until it was. */
  readonly lastingMb: number | undefined;
  /** What V8's heap holds, if the server tells. */
  readonly heapMb: number | undefined;
}

/** What a run was and measured. */
export interface SoakFigures {
  readonly date: string;
  /** Calls a second that were made, and the processes that served. */
  readonly rate: number;
  readonly processes: number;
  /** How long it lasted. */
  readonly seconds: number;
  readonly minutes: readonly MinuteFigures[];
  readonly all: Counts;
  readonly memory: MemoryFigures;
  readonly passed: boolean;
}

/** One line of a minute, and one for each kind of error in it. */
export function describeMinute({ minute, ...figures }: MinuteFigures): string {
  const { calls, errors, p50, p99, rssMb, lastingMb, heapMb } = figures;
  const lasting = lastingMb === undefined ? "" : `, ${lastingMb.toFixed(1)} MB without garbage`;
  const heap = heapMb === undefined ? "" : `, heap ${heapMb.toFixed(1)} MB`;
  const line =
    `minute ${minute}: ${calls} calls, ${errors} unexpected errors, ` +
    `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, memory ${rssMb.toFixed(1)} MB${lasting}${heap}`;
  return [line, ...describeTroubles(figures.troubles)].join("\n");
}

/** What a run comes to, as people read it. */
export function describeSoak({ minutes, seconds, all, memory, passed }: SoakFigures): string {
  const rows = minutes.map(({ minute, calls, errors, p50, p99, rssMb, lastingMb, heapMb }) => [
    String(minute),
    String(calls),
    String(errors),
    p50.toFixed(2),
    p99.toFixed(2),
    rssMb.toFixed(1),
    lastingMb?.toFixed(1) ?? "-",
    heapMb?.toFixed(1) ?? "-",
  ]);
  return [
    layOut([columns, ...rows], 0),
    "",
    `${all.calls} calls in ${(seconds / 60).toFixed(1)} minutes: p50 ${all.p50.toFixed(2)} ms, p99 ${all.p99.toFixed(2)} ms`,
    `unexpected errors: ${all.errors}`,
    ...describeTroubles(all.troubles),
    describeMemory(memory),
    passed ? "passed" : "failed",
  ].join("\n");
}

const columns = [
  "minute",
  "calls",
  "errors",
  "p50 ms",
  "p99 ms",
  "memory MB",
  "lasting MB",
  "heap MB",
] as const;

function describeTroubles(troubles: readonly Trouble[]): readonly string[] {
  return troubles.map(({ what, count }) => `  ${count} x ${what}`);
}

function describeMemory({
  slope,
  watchedMinutes,
  firstMb,
  lastMb,
  verdict,
}: MemoryFigures): string {
  const [low, middle, high] = [slope.low, slope.perHour, slope.high].map((each) => signed(each));
  return (
    `memory without garbage: ${firstMb.toFixed(1)} MB to ${lastMb.toFixed(1)} MB in ${watchedMinutes.toFixed(1)} minutes ` +
    `after the warm-up, ${middle} MB an hour (95 %: ${low} to ${high}): ${verdicts[verdict]}`
  );
}

const verdicts: Readonly<Record<MemoryVerdict, string>> = {
  noise: "no growth beyond noise",
  bound: `growth within ${allowedGrowth} MB an hour`,
  grows: `it grows by more than ${allowedGrowth} MB an hour`,
  "too little": "too short to judge",
};

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(1)}`;
}
