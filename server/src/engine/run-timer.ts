import type { Tensor } from "../core/tensor.ts";
import type { RunnableModel } from "./runtime.ts";

/** What a run is timed with; `record` is given its duration in milliseconds, if it did not fail. */
export interface RunTimer {
  readonly record: (durationMs: number) => void;
  /** The time in milliseconds, from any beginning. @default performance.now */
  readonly now?: () => number;
}

/** Runs a model on the event loop and takes the time of the computation alone. */
export async function timeRun(
  model: RunnableModel,
  feeds: readonly Tensor[],
  outputs: readonly string[],
  { record, now = () => performance.now() }: RunTimer,
): Promise<readonly Tensor[]> {
  const started = now();
  const answered = await model.run(feeds, outputs);
  record(now() - started);
  return answered;
}
