import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { mendErrors } from "../answer-faults.ts";
import { createLeanGrpcTransport } from "../grpc-transport.ts";

/** The largest message that the transports read, in bytes. */
export const readMaxBytes = 1000;

/**
 * Connect's own transport and ours, which must not differ in what a caller
 * sees, and the only headers in which their requests do.
 */
export const transports: readonly (readonly [
  name: string,
  create: (baseUrl: string) => Transport,
  asking: Readonly<Record<string, string>>,
])[] = [
  [
    "the stock transport",
    (baseUrl) => mendErrors(createGrpcTransport({ baseUrl, readMaxBytes })),
    { "grpc-accept-encoding": "gzip,br" },
  ],
  ["the lean transport", (baseUrl) => createLeanGrpcTransport({ baseUrl, readMaxBytes }), {}],
];

/** What can be set for a call. */
export interface UnaryCall {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly header?: Record<string, string>;
}

/** Everything that a caller can see of a health check's outcome. */
export async function outcomeOf(transport: Transport, call: UnaryCall = {}): Promise<unknown> {
  const { signal, timeoutMs, header } = call;
  const input = { service: "s" };
  try {
    const answer = await transport.unary(Health.method.check, signal, timeoutMs, header, input);
    const { message, trailer } = answer;
    return { status: message.status, header: own(answer.header), trailer: own(trailer) };
  } catch (thrown) {
    return describeError(thrown);
  }
}

/** Everything that a caller can see of an error. */
export function describeError(thrown: unknown): unknown {
  if (!(thrown instanceof ConnectError)) throw thrown;
  const { code, rawMessage, metadata, details } = thrown;
  const types = details.map((detail) => ("type" in detail ? detail.type : detail.desc.typeName));
  return { code: Code[code], message: rawMessage, metadata: own(metadata), details: types };
}

/** The headers whose names start with x-. */
export function own(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-")));
}
