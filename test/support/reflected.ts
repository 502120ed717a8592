import {
  create,
  createFileRegistry,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  fromBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { ServerReflection } from "@presage/gen/grpc/reflection/v1/reflection_pb";
import type { Protocol } from "./protocols.ts";

async function* ask(symbol: string) {
  yield { messageRequest: { case: "fileContainingSymbol" as const, value: symbol } };
}

/** Asks a server for the descriptor of a service, by reflection. Rejects if it has none of the name. */
export async function reflectService(url: string, name: string): Promise<DescService> {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: url }));
  for await (const { messageResponse } of client.serverReflectionInfo(ask(name))) {
    if (messageResponse.case !== "fileDescriptorResponse") break;
    const file = messageResponse.value.fileDescriptorProto
      .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
      .toReversed();
    const service = createFileRegistry(create(FileDescriptorSetSchema, { file })).getService(name);
    if (service !== undefined) return service;
  }
  throw new Error(`the server has no service ${name}`);
}

/** What a call to a method of a reflected service gave. */
export interface ReflectedAnswer {
  /** The answer's message, as protobuf's own JSON has it in memory. */
  readonly message: Record<string, unknown>;
  readonly headers: Headers;
}

/** Calls a method of a reflected service. */
export async function callReflected(
  transport: Transport,
  service: DescService,
  { method, request, headers }: ReflectedCall,
): Promise<ReflectedAnswer> {
  const desc = service.methods.filter(isUnary).find(({ localName }) => localName === method);
  if (desc === undefined) throw new Error(`${service.typeName} has no ${method}`);
  const called = await transport.unary(
    desc,
    undefined,
    undefined,
    headers,
    create(desc.input, request),
  );
  return { message: { ...called.message }, headers: called.header };
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

/** One call. */
export interface ReflectedCall {
  readonly method: "predict" | "predictBatch";
  /** The request, by the fields' names in JavaScript. */
  readonly request: Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes the transport of one way to speak to the server. */
export function transportOf(baseUrl: string, { options }: Protocol): Transport {
  const { protocol, httpVersion = "2", format } = options;
  const useBinaryFormat = format === "binary";
  switch (protocol) {
    case "grpc-web":
      return createGrpcWebTransport({ baseUrl, httpVersion, useBinaryFormat });
    case "connect":
      return createConnectTransport({ baseUrl, httpVersion, useBinaryFormat });
    default:
      return createGrpcTransport({ baseUrl, useBinaryFormat });
  }
}
