import { createPresageClient, type PresageClient } from "./client.ts";
import { type ConnectionOptions, createNodeTransport } from "./node-transport.ts";
import type { CommonClientOptions } from "./options.ts";
import { readPeer } from "./peer.ts";

export * from "./index.ts";

/** The options of a client in Node. */
export interface ClientOptions extends CommonClientOptions, ConnectionOptions {}

/**
 * Makes a client that runs in Node. It connects with its first call, and an
 * idle connection does not keep the process alive. Throws `invalid_argument`
 * for options that do not fit.
 */
export function createClient(options: ClientOptions): PresageClient {
  const transport = createNodeTransport(options);
  const peer = readPeer(options.protocol ?? "grpc", options.baseUrl);
  return createPresageClient(transport, { ...options, peer });
}
