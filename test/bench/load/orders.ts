import type { Exchange } from "./connection.ts";

/** One call, whose answer is given back. */
export interface CallOrder {
  readonly kind: "call";
  readonly exchange: Exchange;
}

/** Calls one after the other on each of many streams: as many as the server can answer. */
export interface ClosedOrder {
  readonly kind: "closed";
  readonly exchange: Exchange;
  readonly connections: number;
  /** Calls under way on each connection. */
  readonly streams: number;
  /** It ends when both this time has passed and `calls` are answered. */
  readonly seconds: number;
  /** @default 0 */
  readonly calls?: number;
  /**
   * A body for each call, none of which is sent twice; the order also ends when
   * they are used up. @default the exchange's body, for every call
   */
  readonly bodies?: readonly Uint8Array[];
  /** The process whose CPU time is told. */
  readonly pid: number;
}

/**
 * Calls at a steady rate, however slow the answers are. Latency counts from the
 * time at which a call was due, so that a server that stalls cannot hide it.
 */
export interface OpenOrder {
  readonly kind: "open";
  readonly exchange: Exchange;
  readonly connections: number;
  /** Calls a second. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * More than the server can do: refusals are counted, and a call that finds no
   * room on any connection for so many milliseconds is never sent. Without it,
   * every call is sent, and the first that is refused fails the order.
   */
  readonly giveUpMs?: number;
}

/**
 * One call after the other on one gRPC connection, with messages of any size.
 * The first call is not counted.
 */
export interface LargeOrder {
  readonly kind: "large";
  readonly exchange: Exchange;
  readonly calls: number;
  /** The process whose CPU time is told. */
  readonly pid: number;
}

/** An order to make many calls. */
export type ManyOrder = ClosedOrder | OpenOrder | LargeOrder;

/** What the load generator can be told to do. */
export type LoadOrder = CallOrder | ManyOrder;

/** What it says when it is done. */
export type LoadReply =
  | { readonly kind: "answer"; readonly message: Uint8Array }
  | { readonly kind: "load"; readonly report: LoadReport }
  | { readonly kind: "failure"; readonly reason: string };

/** What was measured, without the first moments in which connections open. */
export interface LoadReport {
  readonly calls: number;
  readonly seconds: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU seconds of the server's process; 0 for open orders. */
  readonly serverCpu: number;
  /** Of an open order: the calls that were answered while it lasted, refused, and never sent. */
  readonly inTime?: number;
  readonly refused?: number;
  readonly unsent?: number;
  /** CPU seconds of the load generator itself. */
  readonly ownCpu: number;
}
