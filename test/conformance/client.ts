import { availableParallelism } from "node:os";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { type ConnectionOptions, createNodeTransport } from "../../sdk/src/node-transport.ts";
import { delimit, readDelimited } from "./delimited.ts";
import {
  type ClientCompatRequest,
  ClientCompatRequestSchema,
  ClientCompatResponseSchema,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.js";
import { Codec, HTTPVersion, Protocol } from "./gen/connectrpc/conformance/v1/config_pb.js";
import { runCase } from "./run-case.ts";
import { conformanceTypes } from "./service.ts";

/**
 * The program that the runner of the conformance suite starts: it makes the calls that it reads
 * from the standard input, by the very transports of the SDK's entry for Node, and writes what
 * came of each to the standard output.
 */

const protocols = {
  [Protocol.CONNECT]: "connect",
  [Protocol.GRPC]: "grpc",
  [Protocol.GRPC_WEB]: "grpc-web",
} as const;
const httpVersions = {
  [HTTPVersion.HTTP_VERSION_1]: "1.1",
  [HTTPVersion.HTTP_VERSION_2]: "2",
} as const;
const formats = { [Codec.PROTO]: "binary", [Codec.JSON]: "json" } as const;

const transports = new Map<string, Transport>();
const underWay = new Set<Promise<void>>();
for await (const message of readDelimited(process.stdin)) {
  const started = answer(fromBinary(ClientCompatRequestSchema, message));
  underWay.add(started);
  void started.finally(() => underWay.delete(started));
  if (underWay.size >= 4 * availableParallelism()) await Promise.race(underWay);
}
await Promise.all(underWay);
process.stdout.end(() => process.exit());

async function answer(request: ClientCompatRequest): Promise<void> {
  const { testName } = request;
  const response = create(ClientCompatResponseSchema, { testName });
  try {
    const value = await runCase(transportOf(request), request);
    response.result = { case: "response", value };
  } catch (error) {
    const value = { message: error instanceof Error ? (error.stack ?? "") : String(error) };
    const { result } = create(ClientCompatResponseSchema, { result: { case: "error", value } });
    response.result = result;
  }
  process.stdout.write(delimit(toBinary(ClientCompatResponseSchema, response)));
}

/** Calls of the same kind to the same server share a transport, as they do in a client. */
function transportOf(request: ClientCompatRequest): Transport {
  const tls = request.serverTlsCert.length > 0;
  const options: ConnectionOptions = {
    baseUrl: `${tls ? "https" : "http"}://${request.host}:${request.port}`,
    protocol: pick(protocols, request.protocol),
    httpVersion: pick(httpVersions, request.httpVersion),
    format: pick(formats, request.codec),
    ...(tls && { ca: Buffer.from(request.serverTlsCert).toString() }),
  };
  const limit = request.messageReceiveLimit;
  const key = JSON.stringify([options, limit]);
  const known = transports.get(key);
  if (known !== undefined) return known;
  const settings = { anyTypes: conformanceTypes, ...(limit > 0 && { readMaxBytes: limit }) };
  const transport = createNodeTransport(options, settings);
  transports.set(key, transport);
  return transport;
}

function pick<T>(table: Readonly<Record<number, T>>, key: number): T {
  const found = table[key];
  if (found === undefined) throw new Error(`the SDK knows no such kind of call: ${key}`);
  return found;
}
