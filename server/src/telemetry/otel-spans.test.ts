import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { describe, expect, it, vi } from "vitest";
import type { CallRecord, CallStart, CallTelemetry, RunRecord } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import { silentCallLog } from "../core/log.ts";
import { createCallTelemetry } from "./call-telemetry.ts";
import { createOtelSpans, parentOrAlways } from "./otel-spans.ts";
import { createMetricRegistry, type MetricRegistry } from "./registry.ts";

const predict = "presage.v1.InferenceService/Predict";
const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const startOf = (traceparent?: string): CallStart => ({
  method: predict,
  protocol: "grpc",
  startedAt: performance.now(),
  header: (name) => (name === "traceparent" ? traceparent : undefined),
});

const fromCaller = `00-${caller.traceId}-${caller.spanId}-01`;

interface SetUp {
  readonly telemetry: CallTelemetry;
  readonly registry: MetricRegistry;
  readonly spans: () => readonly ReadableSpan[];
}

function setUp({
  sampler,
  trustRemoteContext = true,
  rootRatio,
}: {
  readonly sampler?: Sampler;
  readonly rootRatio?: number;
  readonly trustRemoteContext?: boolean;
} = {}): SetUp {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler === undefined ? {} : { sampler }),
  });
  const tracing = createOtelSpans({
    tracer: provider.getTracer("test"),
    propagator: new W3CTraceContextPropagator(),
    trustRemoteContext,
    rootRatio,
    shutdown: () => provider.shutdown(),
  });
  const registry = createMetricRegistry();
  const telemetry = createCallTelemetry({
    registry,
    log: silentCallLog,
    tracing,
    reportFault: (fault) => expect.unreachable(String(fault)),
  });
  return { telemetry, registry, spans: () => exporter.getFinishedSpans() };
}

const named = (spans: readonly ReadableSpan[], name: string): readonly ReadableSpan[] =>
  spans.filter((span) => span.name === name);

const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId;
const parentOf = (span: ReadableSpan | undefined): string | undefined =>
  span?.parentSpanContext?.spanId;
const linksOf = (span: ReadableSpan | undefined): readonly string[] =>
  (span?.links ?? []).map(({ context }) => context.spanId);

function runOf(calls: readonly CallRecord[], failed = false): RunRecord {
  const now = performance.now();
  return {
    shares: calls.map((record) => ({ record, queuedAt: now })),
    rows: 10,
    executor: "inline",
    turnAt: now + 1,
    beganAt: now + 2,
    ranAt: now + 5,
    endedAt: now + 6,
    failed,
  };
}

const idle = { queuedCalls: 0, queuedRows: 0, executor: "inline", workers: 1, busy: 0 };

describe("createOtelSpans()", () => {
  it("makes a server's span for a call, named and described by the conventions", () => {
    const { telemetry, spans } = setUp();
    const call = telemetry.begin(startOf());
    call.about(telemetry.follow({ model: "iris", version: "2", load: () => idle }), "latest");
    call.end();
    expect(spans()).toMatchObject([
      {
        name: predict,
        kind: SpanKind.SERVER,
        status: { code: SpanStatusCode.UNSET },
        attributes: {
          "rpc.system.name": "grpc",
          "rpc.method": predict,
          "rpc.status_code": "OK",
          "presage.model": "iris",
          "presage.version": "2",
          "presage.route": "latest",
        },
      },
    ]);
  });

  it("is a part of a trusted caller's trace", () => {
    const { telemetry, spans } = setUp();
    telemetry.begin(startOf(fromCaller)).end();
    expect(spans()[0]?.parentSpanContext).toMatchObject(caller);
    expect(spans()[0]?.spanContext().traceId).toBe(caller.traceId);
  });

  it("begins a trace of its own, with a link, where the caller is not trusted", () => {
    const { telemetry, spans } = setUp({ trustRemoteContext: false });
    telemetry.begin(startOf(fromCaller)).end();
    const [span] = spans();
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceId).not.toBe(caller.traceId);
    expect(span?.links).toMatchObject([{ context: caller }]);
  });

  it.each([
    ["INVALID_ARGUMENT", SpanStatusCode.UNSET],
    ["RESOURCE_EXHAUSTED", SpanStatusCode.UNSET],
    ["CANCELLED", SpanStatusCode.UNSET],
    ["DEADLINE_EXCEEDED", SpanStatusCode.ERROR],
    ["UNIMPLEMENTED", SpanStatusCode.ERROR],
    ["INTERNAL", SpanStatusCode.ERROR],
    ["UNAVAILABLE", SpanStatusCode.ERROR],
  ])("marks the span of a call that ended with %s as %d", (status, code) => {
    const { telemetry, spans } = setUp();
    const call = telemetry.begin(startOf());
    call.fail({ status, error: undefined });
    call.end();
    expect(spans()).toMatchObject([
      {
        status: { code },
        attributes: { "rpc.status_code": status, "error.type": status },
      },
    ]);
  });

  it("shows the wait of each call of a run, and the batch once, with links both ways", () => {
    const { telemetry, spans } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    const calls = [1, 2, 3].map(() => telemetry.begin(startOf()));
    iris.ran(runOf(calls));
    for (const call of calls) call.end();
    const servers = named(spans(), predict);
    const [batch, ...moreBatches] = named(spans(), "batch");
    const [run, ...moreRuns] = named(spans(), "run");
    expect([moreBatches, moreRuns]).toEqual([[], []]);
    expect(named(spans(), "queue").map(parentOf)).toEqual(servers.map(idOf));
    expect([parentOf(batch), parentOf(run)]).toEqual([idOf(servers[0]), idOf(batch)]);
    expect(linksOf(batch)).toEqual(servers.slice(1).map(idOf));
    expect(servers.map(linksOf)).toEqual([[], [idOf(batch)], [idOf(batch)]]);
    expect(batch?.attributes).toEqual({
      "presage.batch.rows": 10,
      "presage.batch.calls": 3,
      "presage.executor": "inline",
    });
    const lasted = [batch, run].map((span) => (span?.duration ?? [0, 0])[1] / 1e6);
    expect(lasted.map(Math.round)).toEqual([5, 3]);
  });

  it("makes one batch of the messages of a stream, without links to their own call", () => {
    const { telemetry, spans } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    const stream = telemetry.begin(startOf());
    iris.ran(runOf([stream, stream]));
    stream.end();
    expect(spans().map(({ name, links }) => [name, links.length])).toEqual([
      ["queue", 0],
      ["queue", 0],
      ["run", 0],
      ["batch", 0],
      [predict, 0],
    ]);
  });

  it("marks the batch and the run of a run that failed", () => {
    const { telemetry, spans } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    iris.ran(runOf([telemetry.begin(startOf())], true));
    expect(spans().map(({ name, status }) => [name, status.code])).toEqual([
      ["queue", SpanStatusCode.UNSET],
      ["run", SpanStatusCode.ERROR],
      ["batch", SpanStatusCode.ERROR],
    ]);
  });

  it("shows how long the store took, and that it failed", async () => {
    const { telemetry, spans } = setUp();
    const call = telemetry.begin(startOf());
    expect(await call.measure("store", () => Promise.resolve(7))).toBe(7);
    const failure = new ServingError("STORE_UNAVAILABLE", "away");
    await expect(call.measure("store", () => Promise.reject(failure))).rejects.toBe(failure);
    call.end();
    expect(named(spans(), "store").map(({ status }) => status.code)).toEqual([
      SpanStatusCode.UNSET,
      SpanStatusCode.ERROR,
    ]);
    expect(named(spans(), "store").map(parentOf)).toEqual(
      Array(2).fill(idOf(named(spans(), predict)[0])),
    );
  });

  it("makes no span of a call that is not sampled, nor of its part in a run", () => {
    const { telemetry, spans } = setUp({ sampler: new AlwaysOffSampler() });
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    const call = telemetry.begin(startOf());
    iris.ran(runOf([call]));
    call.end();
    expect(spans()).toEqual([]);
  });

  it("leaves the span of a sampled call as an exemplar of how long it took", () => {
    const { telemetry, registry, spans } = setUp();
    telemetry.begin(startOf()).end();
    const exemplars = registry
      .collect()
      .histograms.flatMap(({ points }) => points.flatMap((point) => point.exemplars));
    const { traceId, spanId } = spans()[0]?.spanContext() ?? {};
    expect(exemplars).toMatchObject([{ traceId, spanId }]);
  });

  it.each([
    { ratio: 0, traceparent: undefined, trustRemoteContext: true, spans: 0 },
    { ratio: 0.3, traceparent: undefined, trustRemoteContext: true, spans: 0 },
    { ratio: 0.31, traceparent: undefined, trustRemoteContext: true, spans: 1 },
    { ratio: 0, traceparent: fromCaller, trustRemoteContext: true, spans: 1 },
    { ratio: 1, traceparent: `${fromCaller.slice(0, -1)}0`, trustRemoteContext: true, spans: 0 },
    { ratio: 0, traceparent: fromCaller, trustRemoteContext: false, spans: 0 },
    { ratio: 1, traceparent: `${fromCaller.slice(0, -1)}0`, trustRemoteContext: false, spans: 1 },
  ])(
    "samples a part of $ratio of what begins here, and what its caller does: $traceparent, trusted: $trustRemoteContext",
    ({ ratio, traceparent, trustRemoteContext, spans: count }) => {
      const random = vi.spyOn(Math, "random").mockReturnValue(0.3);
      const set = { sampler: parentOrAlways, trustRemoteContext, rootRatio: ratio };
      const { telemetry, spans } = setUp(set);
      telemetry.begin(startOf(traceparent)).end();
      random.mockRestore();
      expect(spans()).toHaveLength(count);
    },
  );
});
