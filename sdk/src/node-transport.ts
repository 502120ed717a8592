import { createRegistry, type Registry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { file_google_rpc_error_details } from "@presage/gen/google/rpc/error_details_pb";
import { mendErrors } from "./answer-faults.ts";
import { invalidInput } from "./errors.ts";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import type { CommonClientOptions } from "./options.ts";

/** How a client in Node reaches its server. */
export interface ConnectionOptions extends Pick<CommonClientOptions, "baseUrl" | "format"> {
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
  /**
   * The certificates, in PEM, of the authorities that may vouch for the
   * server, instead of those that Node trusts. It needs a `baseUrl` of https.
   * @default those that Node trusts
   */
  readonly ca?: string | readonly string[] | undefined;
}

/** What only tests set. */
export interface TransportSettings {
  /**
   * The largest message that is read, in bytes.
   * @default 4 GiB less 1
   */
  readonly readMaxBytes?: number;
  /**
   * What a `google.protobuf.Any` may hold, which JSON shows in full.
   * @default what a stream tells of a request that was wrong
   */
  readonly anyTypes?: Registry;
}

const errorDetails = createRegistry(file_google_rpc_error_details);

/** Makes the transport of a client in Node. Throws `invalid_argument` for options that do not fit. */
export function createNodeTransport(
  options: ConnectionOptions,
  { anyTypes = errorDetails, ...limits }: TransportSettings = {},
): Transport {
  const { protocol = "grpc", format = "binary", httpVersion } = options;
  const baseUrl = checkBaseUrl(options.baseUrl);
  const nodeOptions = readAuthorities(options);
  const useBinaryFormat = format === "binary";
  const jsonOptions = { registry: anyTypes };
  const common = { baseUrl, useBinaryFormat, jsonOptions, nodeOptions, ...limits };
  switch (protocol) {
    case "grpc":
      if (httpVersion === "1.1")
        throw refuse("httpVersion", `"2" with the protocol grpc`, httpVersion);
      return useBinaryFormat
        ? createLeanGrpcTransport({ baseUrl, ...nodeOptions, ...limits })
        : mendErrors(createGrpcTransport(common));
    case "grpc-web":
      return mendErrors(createGrpcWebTransport({ ...common, httpVersion: httpVersion ?? "1.1" }));
    case "connect":
      return mendErrors(createConnectTransport({ ...common, httpVersion: httpVersion ?? "1.1" }));
    default:
      throw refuse("protocol", "grpc, grpc-web or connect", protocol);
  }
}

function checkBaseUrl(baseUrl: string): string {
  if (/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? "")) return baseUrl;
  throw refuse("baseUrl", "a URL of http or https", baseUrl);
}

function readAuthorities({ ca, baseUrl }: ConnectionOptions): { ca?: string[] } {
  if (ca === undefined) return {};
  if (URL.parse(baseUrl)?.protocol !== "https:")
    throw refuse("baseUrl", "a URL of https, as ca is given", baseUrl);
  const authorities = typeof ca === "string" ? [ca] : [...ca];
  const stray = authorities.find((each) => !each.includes("-----BEGIN CERTIFICATE-----"));
  if (stray !== undefined || authorities.length === 0)
    throw refuse("ca", "certificates in PEM", stray?.slice(0, 40) ?? []);
  return { ca: authorities };
}

function refuse(field: string, expected: string, given: unknown): Error {
  return invalidInput([
    { field, description: `expected ${expected}, got ${JSON.stringify(given)}` },
  ]);
}
