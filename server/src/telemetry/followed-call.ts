import type { CallFailure, CallRecord, CallStart, PredictionNotes } from "../core/call-record.ts";
import type { CallLine, CallLog } from "../core/log.ts";
import type { MethodSeries } from "./method-series.ts";
import { isServerFault } from "./status-name.ts";
import type { TraceSpan } from "./tracing.ts";

/** What a followed call works with. */
export interface FollowedCallParts {
  readonly start: CallStart;
  readonly series: MethodSeries;
  readonly log: CallLog;
  /** Undefined where nothing is traced. */
  readonly span: TraceSpan | undefined;
  readonly ended: () => void;
  readonly reportFault: (fault: unknown) => void;
}

const answeredStatus = "OK";
/** More than a line of the log has room for. */
const mostFields = 12;
/** W3C Trace Context: version, trace, parent, flags. */
const traceparent = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** A call that is followed: a class, as every call makes one. */
export class FollowedCall implements CallRecord {
  /** Undefined where the call is not sampled. */
  readonly span: TraceSpan | undefined;
  readonly #parts: FollowedCallParts;
  #notes: PredictionNotes | undefined;
  #isAboutMany = false;
  #policy = "";
  #failure: CallFailure | undefined;
  #isOver = false;

  constructor(parts: FollowedCallParts) {
    this.#parts = parts;
    this.span = parts.span?.isRecording === true ? parts.span : undefined;
  }

  about(notes: PredictionNotes, policy: string): void {
    if (this.#notes !== undefined && this.#notes !== notes) this.#isAboutMany = true;
    this.#notes = notes;
    this.#policy = policy;
  }

  async measure<Result>(part: "store", work: () => Promise<Result>): Promise<Result> {
    if (this.span === undefined) return work();
    const span = this.span.child({ name: part, startedAt: performance.now() });
    try {
      const result = await work();
      span.end(performance.now());
      return result;
    } catch (failure) {
      span.end(performance.now(), { type: nameOf(failure), isFault: true });
      throw failure;
    }
  }

  fail(failure: CallFailure): void {
    this.#failure ??= failure;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.ended();
    try {
      this.#note();
    } catch (fault) {
      this.#parts.reportFault(fault);
    }
  }

  #note(): void {
    const { start, series, span, log } = this.#parts;
    const endedAt = performance.now();
    const status = this.#failure?.status ?? answeredStatus;
    // One that is about several is about none.
    const version = this.#isAboutMany ? undefined : this.#notes;
    const seconds = (endedAt - start.startedAt) / 1000;
    series.of(version, status).record(seconds, 1, this.span?.identity);
    if (span !== undefined) this.#endSpan(span, status, endedAt);
    if (this.#failure !== undefined) log.failed(this.#line(endedAt));
    else if (log.samples()) log.answered(this.#line(endedAt));
  }

  #endSpan(span: TraceSpan, status: string, endedAt: number): void {
    if (span.isRecording) {
      span.describe({ "rpc.status_code": status });
      if (this.#notes !== undefined && !this.#isAboutMany) {
        const { model, version } = this.#notes;
        span.describe({
          "presage.model": model,
          "presage.version": version,
          "presage.route": this.#policy,
        });
      }
    }
    const failed = this.#failure !== undefined;
    span.end(endedAt, failed ? { type: status, isFault: isServerFault(status) } : undefined);
  }

  #line(endedAt: number): CallLine {
    const { start, span } = this.#parts;
    const version = this.#isAboutMany ? undefined : this.#notes;
    const error = this.#failure?.error;
    const traced = span?.identity.traceId;
    return {
      method: start.method,
      protocol: start.protocol,
      model: version?.model ?? "",
      version: version?.version ?? "",
      code: this.#failure?.status ?? answeredStatus,
      reason: error?.reason ?? "",
      fields: error?.violations.slice(0, mostFields).map(({ field }) => field) ?? [],
      durationMs: endedAt - start.startedAt,
      // Of a caller that traces, even where the server does not.
      traceId: traced ?? traceparent.exec(start.header("traceparent") ?? "")?.[1],
    };
  }
}

/** The span of a call, where it is sampled. */
export function spanOf(record: CallRecord | undefined): TraceSpan | undefined {
  return record instanceof FollowedCall ? record.span : undefined;
}

function nameOf(failure: unknown): string {
  return failure instanceof Error ? failure.name : "unknown";
}
