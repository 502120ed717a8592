import { allowedGrowth, judgedMinutes, warmUpMinutes } from "./options.ts";
import { estimateSlope, type Sample, type Slope } from "./slope.ts";

/**
 * What is said of memory: it does not grow but for `noise`; it does, within the
 * `bound`; it `grows`; or there was `too little` of it to say.
 */
export type MemoryVerdict = "noise" | "bound" | "grows" | "too little";

/** How memory went, in megabytes. */
export interface MemoryFigures {
  readonly slope: Slope;
  /** How long memory was watched once the server was warm, in minutes. */
  readonly watchedMinutes: number;
  readonly firstMb: number;
  readonly lastMb: number;
  readonly verdict: MemoryVerdict;
}

/** Judges the samples of a run, of which the warm-up is left out. */
export function judgeMemory(samples: readonly Sample[]): MemoryFigures {
  const lasted = (samples.at(-1)?.hours ?? 0) * 60;
  const warm = samples.filter(({ hours }) => hours * 60 >= warmUpMinutes(lasted));
  const [first, last] = [warm[0], warm.at(-1)];
  const watchedMinutes = ((last?.hours ?? 0) - (first?.hours ?? 0)) * 60;
  const slope = estimateSlope(warm);
  return {
    slope,
    watchedMinutes,
    firstMb: first?.value ?? Number.NaN,
    lastMb: last?.value ?? Number.NaN,
    verdict: watchedMinutes < judgedMinutes ? "too little" : judgeSlope(slope),
  };
}

function judgeSlope({ perHour, low }: Slope): MemoryVerdict {
  if (low <= 0) return "noise";
  return perHour <= allowedGrowth ? "bound" : "grows";
}
