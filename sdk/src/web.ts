import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { mendErrors } from "./answer-faults.ts";
import { createPresageClient, type PresageClient } from "./client.ts";
import { invalidInput, PresageError } from "./errors.ts";
import type { CommonClientOptions } from "./options.ts";

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
  return createPresageClient(createTransport(options), options);
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
      return withoutStreams(createConnectTransport(common));
    case "grpc-web":
      return withoutStreams(createGrpcWebTransport(common));
    default: {
      const description = `expected connect or grpc-web, got ${JSON.stringify(protocol)}`;
      throw invalidInput([{ field: "protocol", description }]);
    }
  }
}

/** fetch() rejects with a TypeError when no server was reached, which is what `unavailable` means. */
function reportOutage(given: typeof globalThis.fetch | undefined): typeof globalThis.fetch {
  return async (...request) => {
    try {
      return await (given ?? globalThis.fetch)(...request);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new ConnectError(cause.message, Code.Unavailable, undefined, undefined, cause);
    }
  };
}

function withoutStreams(transport: Transport): Transport {
  return {
    ...mendErrors(transport),
    stream: () =>
      Promise.reject(
        new PresageError(
          "unimplemented",
          "predictStream() needs HTTP/2 from end to end, which fetch() has not",
        ),
      ),
  };
}
