import type { ModelMetrics } from "../metrics.ts";

/** Reads so many answers of a watch, and leaves it; gives the rows whose truth is known of each. */
export async function takeSamples(
  watch: AsyncIterable<ModelMetrics>,
  count: number,
): Promise<(number | undefined)[]> {
  const samples = [];
  for await (const { metrics } of watch) {
    samples.push(metrics[0]?.samples);
    if (samples.length === count) break;
  }
  return samples;
}
