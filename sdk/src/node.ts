import { createRegistry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { file_google_rpc_error_details } from "@presage/gen/google/rpc/error_details_pb";
import { createPresageClient, type PresageClient } from "./client.ts";
import { invalidInput } from "./errors.ts";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import type { CommonClientOptions } from "./options.ts";

export * from "./index.ts";

/** The options of a client in Node. */
export interface ClientOptions extends CommonClientOptions {
  /**
   * How calls are made.
   * @default "grpc"
   */
  readonly protocol?: "grpc" | "grpc-web" | "connect" | undefined;
  /**
   * The version of HTTP. gRPC needs 2, and so does predictStream().
   * @default "2" for grpc, else "1.1"
   */
  readonly httpVersion?: "1.1" | "2" | undefined;
}

/**
 * Makes a client that runs in Node. It connects with its first call, and an
 * idle connection does not keep the process alive. Throws `invalid_argument`
 * for options that do not fit.
 */
export function createClient(options: ClientOptions): PresageClient {
  return createPresageClient(createTransport(options), options);
}

/** A stream tells what was wrong with one of its requests in details, which JSON shows in full. */
const jsonOptions = { registry: createRegistry(file_google_rpc_error_details) };

function createTransport(options: ClientOptions): Transport {
  const { protocol = "grpc", format = "binary", httpVersion } = options;
  const baseUrl = checkBaseUrl(options.baseUrl);
  const common = { baseUrl, useBinaryFormat: format === "binary", jsonOptions };
  switch (protocol) {
    case "grpc":
      if (httpVersion === "1.1")
        throw refuse("httpVersion", `"2" with the protocol grpc`, httpVersion);
      return format === "binary"
        ? createLeanGrpcTransport({ baseUrl })
        : createGrpcTransport(common);
    case "grpc-web":
      return createGrpcWebTransport({ ...common, httpVersion: httpVersion ?? "1.1" });
    case "connect":
      return createConnectTransport({ ...common, httpVersion: httpVersion ?? "1.1" });
    default:
      throw refuse("protocol", "grpc, grpc-web or connect", protocol);
  }
}

function checkBaseUrl(baseUrl: string): string {
  if (/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? "")) return baseUrl;
  throw refuse("baseUrl", "a URL of http or https", baseUrl);
}

function refuse(field: string, expected: string, given: string): Error {
  return invalidInput([
    { field, description: `expected ${expected}, got ${JSON.stringify(given)}` },
  ]);
}
