import { setTimeout } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { Code as ErrorCode } from "./gen/connectrpc/conformance/v1/config_pb.js";
import {
  type ConformancePayload_RequestInfo,
  ConformancePayload_RequestInfoSchema,
  type Error as ErrorDefinition,
  type Header,
  HeaderSchema,
} from "./gen/connectrpc/conformance/v1/service_pb.js";

/** Says what the server saw of a call: its headers, deadline, query and messages. */
export function describeRequest(
  context: HandlerContext,
  requests: readonly Any[],
): ConformancePayload_RequestInfo {
  const timeoutMs = context.timeoutMs();
  const query = new URL(context.url).searchParams;
  return create(ConformancePayload_RequestInfoSchema, {
    requestHeaders: Array.from(context.requestHeader, ([name, values]) =>
      create(HeaderSchema, { name, value: values.split(", ") }),
    ),
    requests: [...requests],
    ...(timeoutMs !== undefined && { timeoutMs: BigInt(Math.ceil(timeoutMs)) }),
    ...(context.requestMethod === "GET" && {
      connectGetInfo: {
        queryParams: Array.from(query, ([name, value]) => ({ name, value: [value] })),
      },
    }),
  });
}

/** Adds the headers and trailers that a request wants in its answer. */
export function writeMetadata(
  definition:
    | { readonly responseHeaders: readonly Header[]; readonly responseTrailers: readonly Header[] }
    | undefined,
  context: HandlerContext,
): void {
  append(context.responseHeader, definition?.responseHeaders ?? []);
  append(context.responseTrailer, definition?.responseTrailers ?? []);
}

function append(target: Headers, wanted: readonly Header[]): void {
  for (const { name, value: values } of wanted) {
    for (const value of values) target.append(name, value);
  }
}

/**
 * Makes the error that a request wants, with a last detail of what the server saw of the call
 * where that was in no answer before.
 */
export function toError(
  { code, message = "", details }: ErrorDefinition,
  seen: ConformancePayload_RequestInfo | undefined,
): ConnectError {
  const error = new ConnectError(message, codeFromString(ErrorCode[code].toLowerCase()));
  const last = seen === undefined ? [] : [anyPack(ConformancePayload_RequestInfoSchema, seen)];
  error.details = [...details, ...last].map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  return error;
}

/** Waits before an answer; rejects with what ended the call if that comes first. */
export async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {
    throw ConnectError.from(signal.reason, Code.Canceled);
  });
}
