import { setImmediate, setTimeout } from "node:timers/promises";
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type CallOptions,
  type Client,
  ConnectError,
  createClient,
  type Transport,
} from "@connectrpc/connect";
import {
  type ClientCompatRequest,
  type ClientResponseResult,
  ClientResponseResultSchema,
} from "./gen/connectrpc/conformance/v1/client_compat_pb.js";
import { StreamType } from "./gen/connectrpc/conformance/v1/config_pb.js";
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload,
  ConformancePayloadSchema,
  ConformanceService,
  ErrorSchema,
  type Header,
  HeaderSchema,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  UnaryRequestSchema,
} from "./gen/connectrpc/conformance/v1/service_pb.js";

const nothing = create(ConformancePayloadSchema);

/** One call under way. */
interface Case {
  readonly client: Client<typeof ConformanceService>;
  readonly request: ClientCompatRequest;
  readonly options: CallOptions;
  readonly cancel: () => void;
  /** What came of it so far. */
  readonly result: ClientResponseResult;
}

/** Makes the call that the runner wants, and tells what came of it. */
export async function runCase(
  transport: Transport,
  request: ClientCompatRequest,
): Promise<ClientResponseResult> {
  const result = create(ClientResponseResultSchema);
  const controller = new AbortController();
  const options: CallOptions = {
    headers: request.requestHeaders.flatMap(({ name, value }) =>
      value.map((each): [string, string] => [name, each]),
    ),
    signal: controller.signal,
    ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    onHeader: (headers) => void (result.responseHeaders = toProtoHeaders(headers)),
    onTrailer: (trailers) => void (result.responseTrailers = toProtoHeaders(trailers)),
  };
  const client = createClient(ConformanceService, transport);
  try {
    await call({ client, request, options, cancel: () => controller.abort(), result });
  } catch (reason) {
    const error = ConnectError.from(reason);
    result.error = toProtoError(error);
    // An error has headers and trailers as one.
    const metadata = toProtoHeaders(error.metadata);
    if (result.responseHeaders.length === 0) result.responseHeaders = metadata;
    if (result.responseTrailers.length === 0) result.responseTrailers = metadata;
  }
  return result;
}

async function call(each: Case): Promise<void> {
  switch (each.request.streamType) {
    case StreamType.UNARY:
      return callUnary(each);
    case StreamType.CLIENT_STREAM:
      return callClientStream(each);
    case StreamType.SERVER_STREAM:
      return callServerStream(each);
    case StreamType.HALF_DUPLEX_BIDI_STREAM:
    case StreamType.FULL_DUPLEX_BIDI_STREAM:
      return callBidiStream(each);
    case StreamType.UNSPECIFIED:
    default:
      throw new Error("a case without a stream type");
  }
}

async function callUnary({ client, request, options, cancel, result }: Case): Promise<void> {
  await setTimeout(request.requestDelayMs);
  const message = only(request.requestMessages);
  cancelAfterSending(request, cancel);
  const { payload = nothing } =
    request.method === "IdempotentUnary"
      ? await client.idempotentUnary(unpack(IdempotentUnaryRequestSchema, message), options)
      : request.method === "Unimplemented"
        ? { ...(await client.unimplemented({}, options)), payload: nothing }
        : await client.unary(unpack(UnaryRequestSchema, message), options);
  result.payloads.push(payload);
}

async function callServerStream({ client, request, ...rest }: Case): Promise<void> {
  await setTimeout(request.requestDelayMs);
  const message = unpack(ServerStreamRequestSchema, only(request.requestMessages));
  cancelAfterSending(request, rest.cancel);
  const answers = client.serverStream(message, rest.options);
  await collect(answers[Symbol.asyncIterator](), { request, ...rest });
}

async function callClientStream({ client, request, options, cancel, result }: Case): Promise<void> {
  async function* messages() {
    result.numUnsentRequests = request.requestMessages.length;
    for (const message of request.requestMessages) {
      await setTimeout(request.requestDelayMs);
      yield unpack(ClientStreamRequestSchema, message);
      result.numUnsentRequests -= 1;
    }
    await cancelAtEnd(request, cancel);
  }
  const { payload = nothing } = await client.clientStream(messages(), options);
  result.payloads.push(payload);
}

async function callBidiStream(each: Case): Promise<void> {
  const { client, request, options, cancel, result } = each;
  const isFullDuplex = request.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
  let answered = Promise.withResolvers<void>();
  async function* messages() {
    result.numUnsentRequests = request.requestMessages.length;
    for (const message of request.requestMessages) {
      await setTimeout(request.requestDelayMs);
      yield unpack(BidiStreamRequestSchema, message);
      result.numUnsentRequests -= 1;
      if (isFullDuplex) await answered.promise;
      answered = Promise.withResolvers();
    }
    await cancelAtEnd(request, cancel);
  }
  const answers = client.bidiStream(messages(), options)[Symbol.asyncIterator]();
  try {
    await collect(answers, each, () => answered.resolve());
  } finally {
    answered.resolve();
  }
}

/** Reads the answers of a stream to its end, and cancels it where the runner wants that. */
async function collect(
  answers: AsyncIterator<{ readonly payload?: ConformancePayload | undefined }>,
  { request, cancel, result }: Omit<Case, "client">,
  answered: () => void = () => {},
): Promise<void> {
  const timing = request.cancel?.cancelTiming;
  for (let step = await answers.next(); step.done !== true; step = await answers.next()) {
    result.payloads.push(step.value.payload ?? nothing);
    if (timing?.case === "afterNumResponses" && timing.value === result.payloads.length) cancel();
    answered();
  }
}

/** Cancels what has sent its only request, in the time that the runner wants. */
function cancelAfterSending({ cancel: wanted }: ClientCompatRequest, cancel: () => void): void {
  if (wanted === undefined || wanted.cancelTiming.case === "afterNumResponses") return;
  const { value } = wanted.cancelTiming;
  void setTimeout(typeof value === "number" ? value : 0).then(cancel);
}

/** Cancels before or after the requests end, where the runner wants that. */
async function cancelAtEnd(request: ClientCompatRequest, cancel: () => void): Promise<void> {
  if (request.cancel?.cancelTiming.case !== "beforeCloseSend") {
    cancelAfterSending(request, cancel);
    return;
  }
  // Requests are written at the end of the turn in which they are given.
  await setImmediate();
  cancel();
}

function only(messages: readonly Any[]): Any {
  const [message, ...more] = messages;
  if (message === undefined || more.length > 0) throw new Error("expected one request message");
  return message;
}

function unpack<Schema extends DescMessage>(schema: Schema, message: Any): MessageShape<Schema> {
  const unpacked = anyUnpack(message, schema);
  if (unpacked === undefined) throw new Error(`a request message of the type ${message.typeUrl}`);
  return unpacked;
}

function toProtoHeaders(headers: Headers): Header[] {
  return Array.from(headers, ([name, value]) => create(HeaderSchema, { name, value: [value] }));
}

function toProtoError(error: ConnectError): ClientResponseResult["error"] {
  const { rawMessage, details } = error;
  const code: number = error.code;
  return create(ErrorSchema, {
    code,
    message: rawMessage,
    details: details.flatMap((detail) =>
      "type" in detail
        ? [
            create(AnySchema, {
              typeUrl: `type.googleapis.com/${detail.type}`,
              value: detail.value,
            }),
          ]
        : [],
    ),
  });
}
