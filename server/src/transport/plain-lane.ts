import type { Registry } from "@bufbuild/protobuf";
import { readDeadline } from "./deadline-header.ts";
import type { Exchange } from "./exchange.ts";
import { readBody } from "./plain-body.ts";
import { type AnsweringOptions, TakenCall } from "./plain-call.ts";
import { findPlainProtocol, plainProtocols } from "./plain-protocols.ts";
import { prepareMethod } from "./prepared-method.ts";
import { createRefusals } from "./refusals.ts";
import type { UnaryMethod } from "./unary-method.ts";

/** What the plain lane works with. */
export interface PlainLaneOptions extends Omit<AnsweringOptions, "refusals"> {
  readonly methods: readonly UnaryMethod[];
  /** The messages that a `google.protobuf.Any` may hold, which JSON shows in full. */
  readonly anyTypes: Registry;
  readonly maxDeadlineMs: number;
}

/** Takes calls of the common kind. */
export interface PlainLane {
  /** Takes a POST request if it is of the common kind, and answers it; else returns false. */
  take(exchange: Exchange): boolean;
}

/**
 * Makes the short way for the common kind of call: one request and one answer,
 * in gRPC, gRPC-Web or Connect, neither compressed nor with odd headers. It
 * judges nothing: any request that is not just so goes to Connect's engine,
 * with its body where that was read already.
 */
export function createPlainLane(options: PlainLaneOptions): PlainLane {
  const methods = new Map(
    options.methods.map((method) => [method.path, prepareMethod(method, options.anyTypes)]),
  );
  const answering = { ...options, refusals: createRefusals(options.steps) };
  const { maxRequestBytes, maxDeadlineMs } = options;

  return {
    take(exchange) {
      const method = methods.get(exchange.path);
      if (method === undefined) return false;
      const protocol = findPlainProtocol(plainProtocols, exchange.headers, exchange.version);
      if (protocol === undefined) return false;
      const asked = exchange.headers[protocol.deadlineHeader];
      const timeoutMs =
        typeof asked === "string"
          ? readDeadline(protocol.deadlineHeader, asked, maxDeadlineMs)
          : undefined;
      if (asked !== undefined && timeoutMs === undefined) return false;
      const call = new TakenCall({ exchange, method, protocol, timeoutMs }, answering);
      const { lead } = protocol;
      const form = { limit: maxRequestBytes + lead, lead, schema: method.input };
      readBody(exchange.source, form, (body) => call.receive(body));
      return true;
    },
  };
}
