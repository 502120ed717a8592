import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";

/** What of OpenTelemetry an application has. */
export interface Telemetry {
  /** Default: every span is sampled. */
  readonly traces?: "sampled" | "unsampled" | "none";
  /** Default: the active context is known across asynchronous work. */
  readonly contexts?: boolean;
}

/** The process of a test, as an application that has OpenTelemetry. */
export interface TracedApplication {
  /** Does work within a span of the application's own; gives the work's result, and the spans that have ended, in order. */
  act<T>(work: () => Promise<T>): Promise<Acted<T>>;
  /** Takes OpenTelemetry away again. */
  readonly stop: () => void;
}

/** What came of an application's work. */
export interface Acted<T> {
  readonly result: T;
  /** The spans of calls. */
  readonly spans: readonly ReadableSpan[];
  /** The application's own span, where it is traced. */
  readonly own: ReadableSpan | undefined;
}

/** Registers OpenTelemetry's own SDK, with the propagators that applications have by default. */
export function traceApplication({
  traces = "sampled",
  contexts = true,
}: Telemetry = {}): TracedApplication {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: traces === "sampled" ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  if (traces !== "none") trace.setGlobalTracerProvider(provider);
  if (contexts) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  return {
    async act(work) {
      const result = await trace.getTracer("application").startActiveSpan("own", async (span) => {
        try {
          return await work();
        } finally {
          span.end();
        }
      });
      await provider.forceFlush();
      const spans = exporter.getFinishedSpans().filter(({ name }) => name !== "own");
      const own = exporter.getFinishedSpans().find(({ name }) => name === "own");
      exporter.reset();
      return { result, spans, own };
    },
    stop() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** What a span says of its call. */
export function describeSpan(span: ReadableSpan | undefined): unknown {
  return span && { name: span.name, attributes: span.attributes, status: span.status };
}

/** The header by which the server is told of a span. */
export function traceparent(span: ReadableSpan | undefined): string {
  const { traceId = "", spanId = "" } = span?.spanContext() ?? {};
  return `00-${traceId}-${spanId}-01`;
}
