import type { DescMethod } from "@bufbuild/protobuf";
import type { Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ErrorCode, PresageError } from "./errors.ts";
import { emptyContext, findOpenTelemetry, spanKey } from "./open-telemetry.ts";
import type { Peer } from "./peer.ts";

/** One call, with all of its attempts, in the traces of the application. */
export interface CallSpan {
  /** Tells the server of the trace by the headers of a request; those that are given already stay. */
  inject(headers: Headers): void;
  /** Does work as a part of the call: what is traced there belongs to its span. */
  run<T>(work: () => T): T;
  /** Notes that the call is tried again; `attempt` is the number of the next one, from 2. */
  retry(attempt: number, error: PresageError): void;
  /** Ends the span, in peace or with the error that the caller is given. Only the first end counts. */
  end(error?: PresageError): void;
  /** Ends the span of a stream that its reader has left, which is no failure. */
  leave(): void;
}

/** The status of a call by the name that gRPC has for it. */
type StatusName = "OK" | "CANCELLED" | Uppercase<Exclude<ErrorCode, "canceled">>;

// The API's own, which are not imported as values: see open-telemetry.ts.
const client: SpanKind = 2;
const failed: SpanStatusCode = 2;

const statusCode = "rpc.status_code";

const setter = {
  set(carrier: unknown, name: string, value: string): void {
    if (carrier instanceof Headers && !carrier.has(name)) carrier.set(name, value);
  },
};

/**
 * Starts the span of a call, by the semantic conventions of OpenTelemetry for
 * RPC clients; undefined if the application has no OpenTelemetry.
 */
export function startCallSpan(method: DescMethod, peer: Peer): CallSpan | undefined {
  const api = findOpenTelemetry();
  if (api === undefined) return undefined;
  const { context: contexts, propagation } = api;
  const name = `${method.parent.typeName}/${method.name}`;
  const caller = contexts?.active() ?? emptyContext;
  const attributes = { ...attributesOf(peer), "rpc.method": name };
  const options = { kind: client, attributes };
  const span = api.trace?.getTracer("@presage/sdk").startSpan(name, options, caller);
  const context = span === undefined ? caller : caller.setValue(spanKey, span);
  let ended = false;

  const end = (status: StatusName, error?: PresageError): void => {
    if (ended) return;
    ended = true;
    span?.setAttribute(statusCode, status);
    if (error !== undefined) {
      span?.setAttribute("error.type", status);
      // Not the error's message, which may tell values of the request.
      span?.setStatus({ code: failed, ...(error.reason && { message: error.reason }) });
    }
    span?.end();
  };

  return {
    inject: (headers) => propagation?.inject(context, headers, setter),
    run: (work) => (contexts === undefined ? work() : contexts.with(context, work)),
    retry(attempt, error) {
      span?.addEvent("retry", { "presage.attempt": attempt, [statusCode]: statusOf(error) });
    },
    end: (error) => (error === undefined ? end("OK") : end(statusOf(error), error)),
    leave: () => end("CANCELLED"),
  };
}

/** The names of OpenTelemetry's conventions, which have none for gRPC-Web. */
const systemNames = { grpc: "grpc", "grpc-web": "grpc_web", connect: "connectrpc" } as const;

function attributesOf({ protocol, address, port }: Peer): Attributes {
  return {
    "rpc.system.name": systemNames[protocol],
    ...(address !== undefined && { "server.address": address }),
    ...(port !== undefined && { "server.port": port }),
  };
}

function statusOf({ code }: PresageError): StatusName {
  if (code === "canceled") return "CANCELLED";
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what toUpperCase() makes of it
  return code.toUpperCase() as StatusName;
}
