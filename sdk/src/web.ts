import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { mendErrors } from "./answer-faults.ts";
import { createPresageClient, type PresageClient } from "./client.ts";
import { invalidInput, PresageError } from "./errors.ts";
import type { CommonClientOptions } from "./options.ts";
import { readPeer } from "./peer.ts";

export * from "./index.ts";

/** The options of a client in a browser, or anywhere else that has fetch(). */
export interface ClientOptions extends CommonClientOptions {
  /**
   * How calls are made.
   * @default "connect"
   */
  readonly protocol?: "connect" | "grpc-web" | undefined;
  /**
   * Makes the requests, e.g. to send credentials.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Makes a client that runs on fetch(). predictStream() fails with
 * `unimplemented`, because fetch() cannot send a stream. Throws
 * `invalid_argument` for options that do not fit.
 */
export function createClient(options: ClientOptions): PresageClient {
  const transport = createTransport(options);
  const peer = readPeer(options.protocol ?? "connect", options.baseUrl);
  return createPresageClient(transport, { ...options, peer });
}

function createTransport(options: ClientOptions): Transport {
  const { baseUrl, protocol = "connect", format = "binary" } = options;
  const common = {
    baseUrl,
    useBinaryFormat: format === "binary",
    fetch: reportOutage(options.fetch),
  };
  switch (protocol) {
    case "connect":
      return withinFetch(createConnectTransport(common));
    case "grpc-web":
      return withinFetch(createGrpcWebTransport(common));
    default: {
      const description = `expected connect or grpc-web, got ${JSON.stringify(protocol)}`;
      throw invalidInput([{ field: "protocol", description }]);
    }
  }
}

/** fetch() rejects with a TypeError when no server was reached or the connection broke: `unavailable`. */
function reportOutage(given: typeof globalThis.fetch | undefined): typeof globalThis.fetch {
  return async (...request) => {
    const response = await (given ?? globalThis.fetch)(...request).catch(rethrowOutage);
    return response.body === null ? response : new Response(watchOutage(response.body), response);
  };
}

function watchOutage(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch(rethrowOutage);
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function rethrowOutage(cause: unknown): never {
  if (!(cause instanceof TypeError)) throw cause;
  throw new ConnectError(cause.message, Code.Unavailable, undefined, undefined, cause);
}

/** Refuses the streams that fetch() cannot send; those that it receives work. */
function withinFetch(transport: Transport): Transport {
  const mended = mendErrors(transport);
  return {
    ...mended,
    async stream(...call) {
      if (call[0].methodKind === "server_streaming") return await mended.stream(...call);
      throw new PresageError(
        "unimplemented",
        "predictStream() needs HTTP/2 from end to end, which fetch() has not",
      );
    },
  };
}
