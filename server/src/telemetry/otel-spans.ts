import {
  type Context,
  ROOT_CONTEXT,
  SamplingDecision,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { CallStart } from "../core/call-record.ts";
import type { SpanIdentity } from "../core/telemetry.ts";
import type { SpanAttributes, SpanError, SpanPart, TraceSpan, Tracing } from "./tracing.ts";

/** What spans are made with. */
export interface OtelSpansOptions {
  readonly tracer: Tracer;
  /** Reads the caller's context from the headers of a call. */
  readonly propagator: TextMapPropagator;
  /**
   * Whether a call becomes a part of its caller's trace. Else it begins a trace of
   * its own, with a link to the caller's span: whoever can reach the server could
   * otherwise choose its traces' ids, and that all of them are sampled.
   */
  readonly trustRemoteContext: boolean;
  /**
   * The part of the traces that begin here which is sampled: what the others would
   * cost is saved, ids and all. The tracer has to sample each that it is asked for.
   * @default every one is made, and the tracer's sampler decides
   */
  readonly rootRatio?: number | undefined;
  readonly shutdown: () => Promise<void>;
}

/** Makes spans by OpenTelemetry's API. */
export function createOtelSpans(options: OtelSpansOptions): Tracing {
  const { tracer, propagator, trustRemoteContext, rootRatio = 1, shutdown } = options;
  const contextHeaders = propagator.fields().map((name) => name.toLowerCase());
  return {
    shutdown,
    begin(start) {
      const isTraced = contextHeaders.some((name) => start.header(name) !== undefined);
      const remote = isTraced ? propagator.extract(ROOT_CONTEXT, start, callHeaders) : ROOT_CONTEXT;
      const caller = isTraced ? trace.getSpanContext(remote) : undefined;
      const beginsHere = caller === undefined || !trustRemoteContext;
      if (beginsHere && rootRatio < 1 && Math.random() >= rootRatio) return undefined;
      // Now, so that the spans of a long-lived server keep to the clock of the others.
      const origin = Date.now() - performance.now();
      const context = trustRemoteContext ? remote : ROOT_CONTEXT;
      const links = trustRemoteContext || caller === undefined ? [] : [{ context: caller }];
      const { method, protocol, startedAt } = start;
      const span = tracer.startSpan(
        method,
        {
          kind: SpanKind.SERVER,
          startTime: origin + startedAt,
          attributes: { "rpc.system.name": protocol, "rpc.method": method },
          links,
        },
        context,
      );
      return new OtelSpan({ tracer, origin }, span);
    },
  };
}

/**
 * The sampler that goes with a `rootRatio`: it takes what it is asked for, and else
 * what the caller's trace takes.
 */
export const parentOrAlways = {
  shouldSample(context: Context): { readonly decision: number } {
    const parent = trace.getSpanContext(context);
    const isSampled = parent === undefined || (parent.traceFlags & sampledFlag) !== 0;
    return {
      decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    };
  },
  toString: (): string => "parent, or always",
};

/** Reads the headers of a call. */
const callHeaders: TextMapGetter<CallStart> = {
  get: (start, name) => start.header(name.toLowerCase()),
  // No propagator of the server's asks which headers there are.
  keys: () => [],
};

/** What the spans of one call share. */
interface SpanMaker {
  readonly tracer: Tracer;
  /** What makes a time of `performance.now()` one since 1970, in milliseconds. */
  readonly origin: number;
}

class OtelSpan implements TraceSpan {
  readonly isRecording: boolean;
  readonly #maker: SpanMaker;
  readonly #span: Span;

  constructor(maker: SpanMaker, span: Span) {
    this.#maker = maker;
    this.#span = span;
    this.isRecording = span.isRecording();
  }

  get identity(): SpanIdentity {
    return this.context;
  }

  get context(): SpanContext {
    return this.#span.spanContext();
  }

  describe(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  child({ name, startedAt, attributes = {}, links = [] }: SpanPart): TraceSpan {
    const { tracer, origin } = this.#maker;
    const parent: Context = trace.setSpan(ROOT_CONTEXT, this.#span);
    const span = tracer.startSpan(
      name,
      { startTime: origin + startedAt, attributes, links: links.map(linkTo) },
      parent,
    );
    return new OtelSpan(this.#maker, span);
  }

  link(other: TraceSpan): void {
    this.#span.addLink(linkTo(other));
  }

  end(endedAt: number, error?: SpanError): void {
    if (error !== undefined) {
      this.#span.setAttribute("error.type", error.type);
      if (error.isFault) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end(this.#maker.origin + endedAt);
  }
}

const sampledFlag = 1;

function linkTo(span: TraceSpan): { readonly context: SpanContext } {
  if (span instanceof OtelSpan) return { context: span.context };
  return { context: { ...span.identity, traceFlags: sampledFlag } };
}
