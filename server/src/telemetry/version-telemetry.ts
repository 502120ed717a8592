import type {
  CallRecord,
  FollowedVersion,
  PredictionNotes,
  RunRecord,
  RunShare,
  VersionTelemetry,
} from "../core/call-record.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { CounterSeries, HistogramSeries } from "../core/telemetry.ts";
import { spanOf } from "./followed-call.ts";
import {
  executorBusy,
  executorWorkers,
  predictionDuration,
  predictions,
  queueCalls,
  queueRows,
  runCalls,
  runDuration,
  runRows,
} from "./instruments.ts";
import type { MetricRegistry } from "./registry.ts";
import { statusName } from "./status-name.ts";
import type { TraceSpan } from "./tracing.ts";

const millisecond = 0.001;

/** Begins to take notes of predictions. */
export function followPredictions(
  registry: MetricRegistry,
  { model, version }: Pick<FollowedVersion, "model" | "version">,
): PredictionNotes {
  const attributes = { model, version };
  const total = registry.histogram(predictionDuration, { ...attributes, phase: "total" });
  const asked = createCounterByStatus((code) =>
    registry.counter(predictions, { ...attributes, code }),
  );
  return {
    model,
    version,
    predicted(failure, startedAt, call) {
      asked(failure).add();
      total.record((performance.now() - startedAt) * millisecond, 1, exemplarOf(call));
    },
  };
}

/** Begins to take notes of a version. Its series are found once; whoever notes allocates nothing. */
export function followVersion(
  registry: MetricRegistry,
  { model, version, load }: FollowedVersion,
): VersionTelemetry {
  const attributes = { model, version };
  const phase = (name: string): HistogramSeries =>
    registry.histogram(predictionDuration, { ...attributes, phase: name });
  const [queue, batch, run] = [phase("queue"), phase("batch"), phase("run")];
  const rows = registry.histogram(runRows, attributes);
  const calls = registry.histogram(runCalls, attributes);
  const durations = new Map<string, HistogramSeries>();

  const durationOf = (executor: string): HistogramSeries => {
    const known = durations.get(executor);
    if (known !== undefined) return known;
    const series = registry.histogram(runDuration, { ...attributes, executor });
    durations.set(executor, series);
    return series;
  };

  const noteRun = (noted: RunRecord): void => {
    const { shares, turnAt, beganAt, ranAt, endedAt } = noted;
    for (const { queuedAt } of shares) queue.record((turnAt - queuedAt) * millisecond);
    batch.record((beganAt - turnAt + (endedAt - ranAt)) * millisecond, shares.length);
    run.record((ranAt - beganAt) * millisecond, shares.length);
    durationOf(noted.executor).record((ranAt - beganAt) * millisecond);
    rows.record(noted.rows);
    calls.record(shares.length);
  };

  const stops = [
    registry.observe(queueCalls, () => [{ attributes, value: load().queuedCalls }]),
    registry.observe(queueRows, () => [{ attributes, value: load().queuedRows }]),
    registry.observe(executorWorkers, () => {
      const { executor, workers } = load();
      return [{ attributes: { ...attributes, executor }, value: workers }];
    }),
    registry.observe(executorBusy, () => {
      const { executor, busy } = load();
      return [{ attributes: { ...attributes, executor }, value: busy }];
    }),
  ];

  return {
    ...followPredictions(registry, { model, version }),
    ran(noted) {
      // Those of a failed run that is split run again.
      if (!noted.failed) noteRun(noted);
      traceRun(noted);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

/** Finds the counter of each status, once. */
function createCounterByStatus(
  find: (code: string) => CounterSeries,
): (failure: ErrorCode | undefined) => CounterSeries {
  const answered = find("OK");
  const failed = new Map<ErrorCode, CounterSeries>();
  return (failure) => {
    if (failure === undefined) return answered;
    const known = failed.get(failure);
    if (known !== undefined) return known;
    const series = find(statusName(failure));
    failed.set(failure, series);
    return series;
  };
}

function exemplarOf(call: CallRecord | undefined): TraceSpan["identity"] | undefined {
  return spanOf(call)?.identity;
}

/**
 * Makes the spans of a run: for each sampled call its wait, and once, as a part
 * of the first of them and with links to the others, the batch and in it the run.
 * The others link to the batch.
 */
function traceRun({
  shares,
  rows,
  executor,
  turnAt,
  beganAt,
  ranAt,
  endedAt,
  failed,
}: RunRecord): void {
  // Messages of one stream are parts of one call.
  const [first, ...others] = new Set(sampled(shares, turnAt));
  if (first === undefined) return;
  const batch = first.child({
    name: "batch",
    startedAt: turnAt,
    links: others,
    attributes: {
      "presage.batch.rows": rows,
      "presage.batch.calls": shares.length,
      "presage.executor": executor,
    },
  });
  const error = failed ? { type: "run_failed", isFault: true } : undefined;
  batch.child({ name: "run", startedAt: beganAt }).end(ranAt, error);
  batch.end(endedAt, error);
  for (const other of others) other.link(batch);
}

/** The spans of the calls that are sampled, each with its wait until its turn. */
function sampled(shares: readonly RunShare[], turnAt: number): readonly TraceSpan[] {
  const spans: TraceSpan[] = [];
  for (const { record, queuedAt } of shares) {
    const span = spanOf(record);
    if (span === undefined) continue;
    span.child({ name: "queue", startedAt: queuedAt }).end(turnAt);
    spans.push(span);
  }
  return spans;
}
