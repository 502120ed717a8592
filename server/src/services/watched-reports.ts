import { setTimeout } from "node:timers/promises";
import { ServingError } from "../core/errors.ts";
import type { CallSignal } from "../core/prediction.ts";
import type { Readiness } from "../core/readiness.ts";
import type { FeedbackPlane, MetricsQuery, MetricsReport } from "../predict/feedback-plane.ts";

/** What is watched, and until when. */
export interface WatchParts {
  readonly feedback: Pick<FeedbackPlane, "metrics" | "revision">;
  readonly readiness: Readiness;
  /** Aborted when the watcher leaves. */
  readonly signal: CallSignal;
}

const periodMs = 1000;

/**
 * Gives the metrics at once, and again whenever they have changed, at most once
 * a second, until the watcher leaves. Throws SHUTTING_DOWN when the server
 * stops, and what `metrics` rejects with.
 */
export async function* watchReports(
  query: MetricsQuery,
  { feedback, readiness, signal }: WatchParts,
): AsyncGenerator<MetricsReport> {
  const wake = new AbortController();
  const leave = (): void => wake.abort();
  signal.addEventListener("abort", leave);
  const unsubscribe = readiness.subscribe((phase) => {
    if (phase === "draining") leave();
  });
  let told: string | undefined;
  try {
    while (!signal.aborted) {
      if (readiness.phase === "draining") {
        throw new ServingError("SHUTTING_DOWN", "the server is stopping");
      }
      const revision = await feedback.revision(query);
      if (revision !== told) yield await feedback.metrics(query);
      told = revision;
      await setTimeout(periodMs, undefined, { signal: wake.signal }).catch(() => {});
    }
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", leave);
  }
}
