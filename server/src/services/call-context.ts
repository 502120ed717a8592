import type { HandlerContext } from "@connectrpc/connect";
import type { CallSignal } from "../core/prediction.ts";

/** What the implementation of a method may ask of a call on every lane: a part of Connect's HandlerContext. */
export interface CallContext
  extends Pick<
    HandlerContext,
    "timeoutMs" | "requestMethod" | "url" | "requestHeader" | "responseHeader" | "responseTrailer"
  > {
  /** Aborted when the caller leaves or the deadline passes. */
  readonly signal: CallSignal;
}
