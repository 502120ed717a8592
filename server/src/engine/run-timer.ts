import type { Tensor } from "../core/tensor.ts";
import type { RunnableModel } from "./runtime.ts";

/** What a run is timed with; `record` is given its duration in milliseconds, if it did not fail. */
export interface RunTimer {
  readonly record: (durationMs: number) => void;
  /** The time in milliseconds, from any beginning. @default performance.now */
  readonly now?: () => number;
}

/**
 * Runs a model on the event loop and takes the time of the computation alone. A
 * runtime may begin to compute in the event loop's next turn; what the loop does
 * before that is no part of the run.
 */
export async function timeRun(
  model: RunnableModel,
  feeds: readonly Tensor[],
  outputs: readonly string[],
  { record, now = () => performance.now() }: RunTimer,
): Promise<readonly Tensor[]> {
  let started = now();
  // Immediates run in their order: this one comes just before the runtime's own.
  const turn = setImmediate(() => {
    started = now();
  });
  try {
    const answered = await model.run(feeds, outputs);
    record(now() - started);
    return answered;
  } finally {
    clearImmediate(turn);
  }
}
