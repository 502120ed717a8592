import type { CallStart } from "../core/call-record.ts";
import type { SpanIdentity } from "../core/telemetry.ts";

/** Makes the spans of calls. */
export interface Tracing {
  /**
   * Begins the span of a call; where the caller's context is trusted, as a part of
   * its trace. Gives undefined where no trace is to tell of the call.
   */
  begin(start: CallStart): TraceSpan | undefined;
  /** Sends what is not sent yet, and ends. */
  shutdown(): Promise<void>;
}

/** What a span says beside its name. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A part of a span's work. Times are of `performance.now()`, in milliseconds. */
export interface SpanPart {
  readonly name: string;
  readonly startedAt: number;
  readonly attributes?: SpanAttributes;
  /** Spans that it belongs to as well. */
  readonly links?: readonly TraceSpan[];
}

/** One span. Where it is not recording, because it was not sampled, nothing that is done to it costs or matters. */
export interface TraceSpan {
  readonly identity: SpanIdentity;
  readonly isRecording: boolean;
  describe(attributes: SpanAttributes): void;
  /** Begins a part of it. */
  child(part: SpanPart): TraceSpan;
  /** Adds a link to another span. */
  link(other: TraceSpan): void;
  /** Ends it. `error` says what kind of error it ended with, and whether the server is to blame. */
  end(endedAt: number, error?: SpanError): void;
}

/** How a span failed. */
export interface SpanError {
  /** What kind of error it is, e.g. `INVALID_ARGUMENT`. */
  readonly type: string;
  /** Whether the span is marked as failed: OpenTelemetry's conventions leave a server's span unmarked where the caller erred. */
  readonly isFault: boolean;
}
