import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { linkAbort } from "./abort-link.ts";
import type { Caller } from "./calls.ts";
import { callError, PresageError } from "./errors.ts";
import { decodeMetrics, type ModelMetrics } from "./metrics.ts";
import { encodeMetricsQuery, type MetricsOptions } from "./metrics-query.ts";

/** Iterates over a model's metrics as they change. An answer is read only when it is asked for. */
export async function* watchMetrics(
  caller: Caller,
  model: string,
  options: MetricsOptions,
): AsyncGenerator<ModelMetrics, void, undefined> {
  const { signal, timeoutMs, headers } = options;
  const request = encodeMetricsQuery(model, options);
  const { watchMetrics: method } = InferenceService.method;
  const link = linkAbort(signal);
  const span = caller.startSpan(method);
  try {
    const answers = await caller.stream(method, once({ request }), {
      signal: link.signal,
      timeoutMs,
      headers,
      span,
    });
    for await (const { metrics } of answers) {
      if (metrics === undefined) throw new PresageError("internal", "the answer has no metrics");
      yield decodeMetrics(metrics);
    }
    span?.end();
  } catch (thrown) {
    const error = callError(thrown, signal);
    span?.end(error);
    throw error;
  } finally {
    span?.leave();
    link.end();
  }
}

async function* once<T>(message: T): AsyncGenerator<T, void, undefined> {
  yield message;
}
