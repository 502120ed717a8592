import { median } from "../bench/latency.ts";

/** Something that was measured at a time. */
export interface Sample {
  /** In hours. */
  readonly hours: number;
  readonly value: number;
}

/** How fast values grow, in their unit an hour. */
export interface Slope {
  /** Theil and Sen's estimate: the median of the slopes of all pairs. NaN of less than two samples. */
  readonly perHour: number;
  /** What it lies between by 95 in 100; minus and plus infinity where nothing can be said. */
  readonly low: number;
  readonly high: number;
}

/** The quantile of the normal distribution that leaves 2.5 % above it. */
const z = 1.959964;
/** All pairs of so many take a moment; more samples than these are gathered to medians. */
const mostPoints = 500;

/**
 * Estimates how fast values grow, whatever a few outliers do (Sen, 1968). The
 * interval is that of Kendall's test; memory that is high at one moment is so at
 * the next, so its variance is widened by what the residuals have in common with
 * their neighbours, as if there were that many fewer samples.
 */
export function estimateSlope(samples: readonly Sample[]): Slope {
  const points = gather(samples);
  const slopes = slopesOfPairs(points);
  const perHour = median(slopes);
  const count = points.length;
  const spread =
    z * Math.sqrt((count * (count - 1) * (2 * count + 5) * widening(points, perHour)) / 18);
  const lowest = Math.floor((slopes.length - spread) / 2) - 1;
  const highest = Math.ceil((slopes.length + spread) / 2);
  return {
    perHour,
    low: slopes[lowest] ?? Number.NEGATIVE_INFINITY,
    high: slopes[highest] ?? Number.POSITIVE_INFINITY,
  };
}

function gather(samples: readonly Sample[]): readonly Sample[] {
  const together = Math.ceil(samples.length / mostPoints);
  if (together <= 1) return samples;
  const points: Sample[] = [];
  for (let first = 0; first < samples.length; first += together) {
    const group = samples.slice(first, first + together);
    points.push({
      hours: median(group.map(({ hours }) => hours)),
      value: median(group.map(({ value }) => value)),
    });
  }
  return points;
}

function slopesOfPairs(points: readonly Sample[]): readonly number[] {
  return points
    .flatMap((one, index) =>
      points
        .slice(index + 1)
        .filter(({ hours }) => hours !== one.hours)
        .map(({ hours, value }) => (value - one.value) / (hours - one.hours)),
    )
    .toSorted((a, b) => a - b);
}

/** By how many the samples are fewer than they seem: (1 + r) / (1 - r), r being the correlation of neighbours. */
function widening(points: readonly Sample[], perHour: number): number {
  const flat = points.map(({ hours, value }) => value - perHour * hours);
  const mean = flat.reduce((sum, each) => sum + each, 0) / flat.length;
  const residuals = flat.map((each) => each - mean);
  const square = residuals.reduce((sum, each) => sum + each * each, 0);
  if (square === 0) return 1;
  const common = residuals.reduce(
    (sum, each, index) => sum + each * (residuals[index - 1] ?? 0),
    0,
  );
  const r = Math.min(Math.max(common / square, 0), 0.999);
  return (1 + r) / (1 - r);
}
