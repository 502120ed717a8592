import { type ContextKey, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { CallProtocol, CallRecord } from "../core/call-record.ts";
import type { CallSignal } from "../core/prediction.ts";

/** What the implementation of a method may ask of a call on every lane: a part of Connect's HandlerContext. */
export interface CallContext
  extends Pick<
      HandlerContext,
      "timeoutMs" | "requestMethod" | "url" | "requestHeader" | "responseHeader" | "responseTrailer"
    >,
    Partial<Pick<HandlerContext, "values">> {
  /** Aborted when the caller leaves or the deadline passes. */
  readonly signal: CallSignal;
  /** Reads one header of the request; missing on a lane where `requestHeader` costs nothing. */
  readonly header?: (name: string) => string | undefined;
  /** Adds a header to the answer; missing on a lane where `responseHeader` costs nothing. */
  readonly addHeader?: (name: string, value: string) => void;
  /** The call as it is followed; missing on a lane where `values` hold it. */
  readonly record?: CallRecord | undefined;
}

/** Where Connect's engine keeps the call as it is followed. */
export const recordKey: ContextKey<CallRecord | undefined> = createContextKey<
  CallRecord | undefined
>(undefined);

/** Where Connect's engine keeps the protocol of the call. */
export const protocolKey: ContextKey<CallProtocol> = createContextKey<CallProtocol>("connectrpc");

/** The call as it is followed; undefined where it is not. */
export function recordOf({ record, values }: CallContext): CallRecord | undefined {
  return record ?? values?.get(recordKey);
}

/** Reads one header of a call's request, by its name in lower case. */
export function readHeader(context: CallContext, name: string): string | undefined {
  if (context.header !== undefined) return context.header(name);
  return context.requestHeader.get(name) ?? undefined;
}

/** Adds a header to a call's answer, by its name in lower case. */
export function addHeader(context: CallContext, name: string, value: string): void {
  if (context.addHeader !== undefined) context.addHeader(name, value);
  else context.responseHeader.set(name, value);
}
