import type { Interceptor } from "@connectrpc/connect";
import { type CallSpan, startCallSpan } from "./call-span.ts";
import { PresageError } from "./errors.ts";
import { findOpenTelemetry } from "./open-telemetry.ts";
import { type Protocol, readPeer } from "./peer.ts";

/**
 * Traces the calls of Connect's own transports, such as those of the clients
 * that `presage sdk` generates, in the way of `createClient()`:
 * `createGrpcTransport({ baseUrl, interceptors: [traceCalls] })`. It does
 * nothing where the application has no OpenTelemetry. Connect does not tell
 * when a stream is left before its end; of such a stream there is no span.
 */
export const traceCalls: Interceptor = (next) => async (request) => {
  if (findOpenTelemetry() === undefined) return await next(request);
  const { method, url, header } = request;
  const span = startCallSpan(method, readPeer(readProtocol(header), url));
  if (span === undefined) return await next(request);
  span.inject(header);
  try {
    const response = await span.run(() => next(request));
    if (response.stream) return { ...response, message: follow(response.message, span) };
    span.end();
    return response;
  } catch (error) {
    span.end(PresageError.from(error));
    throw error;
  }
};

function readProtocol(header: Headers): Protocol {
  const contentType = header.get("content-type") ?? "";
  if (contentType.startsWith("application/grpc-web")) return "grpc-web";
  return contentType.startsWith("application/grpc") ? "grpc" : "connect";
}

async function* follow<T>(
  messages: AsyncIterable<T>,
  span: CallSpan,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* messages;
    span.end();
  } catch (error) {
    span.end(PresageError.from(error));
    throw error;
  }
}
