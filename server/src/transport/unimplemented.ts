import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import {
  createEndStreamSerialization,
  endStreamFlag,
  errorToJsonBytes,
  parseContentType,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { type CallSteps, statusOf } from "./calls.ts";
import { protocolOf } from "./connect-record.ts";
import type { Handler } from "./handler.ts";

/** The request that nothing answers to. */
export interface UnknownRequest {
  readonly httpVersionMajor: number;
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly contentType: string | undefined;
}

/** A whole answer, in the protocol of the caller. */
export interface UnimplementedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly trailers?: Readonly<Record<string, string>>;
}

const grpcType = /^application\/grpc(?:[+;]|$)/i;
const grpcWebType = /^application\/grpc-web(-text)?(?:[+;]|$)/i;
const rpcPath = /^\/[\w.]+\/\w+$/;
const connectQuery = /[?&]connect=v1(?:&|$)/;
const maxEchoedPath = 200;
const notFound = 404;
const plainText = "text/plain; charset=utf-8";
const empty = new Uint8Array(0);

/**
 * Answers a call to a service or a method that the server does not have, so that the caller's own
 * library reports UNIMPLEMENTED: a bare 404 is an INTERNAL or UNKNOWN error to some of them.
 * Requests of no protocol get a plain 404.
 */
export function unimplementedAnswer(request: UnknownRequest): UnimplementedAnswer {
  const [path = ""] = request.path.split("?", 1);
  const contentType = request.contentType ?? "";
  const error = new ConnectError(
    `${path.slice(0, maxEchoedPath)} is not a method of this server`,
    Code.Unimplemented,
  );
  if (grpcType.test(contentType) && request.httpVersionMajor >= 2) return grpc(contentType, error);
  const web = grpcWebType.exec(contentType);
  if (web !== null) return grpcWeb(contentType, web[1] !== undefined, error);

  const isRpcPath = rpcPath.test(path);
  const connectType = parseContentType(contentType);
  if (request.method === "POST" && isRpcPath && connectType !== undefined) {
    return connectType.stream ? connectStream(contentType, error) : connectUnary(error);
  }
  if (request.method === "GET" && isRpcPath && connectQuery.test(request.path)) {
    return connectUnary(error);
  }
  return plain("not found\n");
}

/** Makes a handler that sends an `unimplementedAnswer` to any request, and follows those that are calls. */
export function createUnknownHandler(steps: Pick<CallSteps, "begin">): Handler {
  return (request, response) => {
    const startedAt = performance.now();
    const contentType = request.headers["content-type"];
    const answer = unimplementedAnswer({
      httpVersionMajor: request.httpVersionMajor,
      method: request.method ?? "",
      path: request.url ?? "",
      contentType,
    });
    response.statusCode = answer.status;
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    if (answer.trailers !== undefined) response.addTrailers(answer.trailers);
    // The body is given even where it is empty: with none, Node's HTTP/2 ends the stream in the head
    // and drops the trailers.
    response.end(answer.body);
    if (answer.headers["content-type"] === plainText) return;
    const record = steps.begin({
      method: "_OTHER",
      protocol: protocolOf(contentType),
      startedAt,
      header: (name) => request.headers[name]?.toString(),
    });
    record.fail({ status: statusOf(Code.Unimplemented), error: undefined });
    record.end();
  };
}

function grpc(contentType: string, error: ConnectError): UnimplementedAnswer {
  const trailers = Object.fromEntries(setTrailerStatus(new Headers(), error));
  return { status: 200, headers: { "content-type": contentType }, body: empty, trailers };
}

function grpcWeb(contentType: string, isText: boolean, error: ConnectError): UnimplementedAnswer {
  const trailer = trailerSerialize(setTrailerStatus(new Headers(), error));
  const frame = encodeEnvelope(trailerFlag, trailer);
  const body = isText ? Buffer.from(Buffer.from(frame).toString("base64")) : frame;
  return { status: 200, headers: { "content-type": contentType }, body };
}

function connectUnary(error: ConnectError): UnimplementedAnswer {
  return {
    // Connect has 501 for methods that are known and not implemented.
    status: notFound,
    headers: { "content-type": "application/json" },
    body: errorToJsonBytes(error, undefined),
  };
}

function connectStream(contentType: string, error: ConnectError): UnimplementedAnswer {
  const endStream = createEndStreamSerialization(undefined);
  const data = endStream.serialize({ metadata: new Headers(), error });
  return {
    status: 200,
    headers: { "content-type": contentType },
    body: encodeEnvelope(endStreamFlag, data),
  };
}

function plain(text: string): UnimplementedAnswer {
  return {
    status: notFound,
    headers: { "content-type": plainText },
    body: Buffer.from(text),
  };
}
