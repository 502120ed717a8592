import { Code, ConnectError } from "@connectrpc/connect";
import {
  createAsyncIterable,
  type UniversalHandler,
  type UniversalServerRequest,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import type { CallProtocol, CallRecord } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import { compressions } from "./compression.ts";
import type { ConnectLaneOptions } from "./connect-lane.ts";
import { createMessageCheck } from "./message-check.ts";
import { readQueryMessage } from "./query-message.ts";
import { type Body, type MessageRules, readEnvelopes, readMessage } from "./request-body.ts";

/** What messages of requests may be. */
export interface AcceptedMessages
  extends Pick<ConnectLaneOptions, "maxRequestBytes" | "maxValues" | "anyTypes" | "steps"> {
  readonly record: CallRecord;
  readonly protocol: CallProtocol;
}

/** Answers a GET request whose message is malformed; undefined where it is not. */
export function checkQuery(
  { method }: UniversalHandler,
  { url }: UniversalServerRequest,
  accepted: AcceptedMessages,
): UniversalServerResponse | undefined {
  const query = readQueryMessage(url);
  if (query === undefined) return undefined;
  try {
    const { anyTypes, maxValues } = accepted;
    createMessageCheck({ schema: method.input, format: query.format, anyTypes, maxValues })(
      query.bytes,
    );
    return undefined;
  } catch (failure) {
    const error = translate(failure, accepted);
    return {
      status: codeToHttpStatus(error.code),
      header: new Headers({ "content-type": "application/json" }),
      body: createAsyncIterable([errorToJsonBytes(error, undefined)]),
    };
  }
}

const wholeMessage = /^application\/(json|proto)\b/i;
const json = /^application\/(.+\+)?json\b/i;

/** The header by which each kind of call says how its messages are compressed. */
function encodingHeader(contentType: string): string {
  if (wholeMessage.test(contentType)) return "content-encoding";
  return /^application\/connect\+/i.test(contentType)
    ? "connect-content-encoding"
    : "grpc-encoding";
}

/**
 * Checks what Connect's engine does not, or would tell in words that mean
 * nothing to our callers: it calls a message that cannot be parsed an internal
 * error, and knows no names that are given twice.
 */
export function checkBody(
  { method }: UniversalHandler,
  { header, body }: { readonly header: Headers; readonly body: Body },
  accepted: AcceptedMessages,
): Body {
  const contentType = header.get("content-type") ?? "";
  const encoding = header.get(encodingHeader(contentType));
  const rules: MessageRules = {
    limit: accepted.maxRequestBytes,
    compression: compressions.find(({ name }) => name === encoding),
    check: createMessageCheck({
      schema: method.input,
      format: json.test(contentType) ? "json" : "binary",
      anyTypes: accepted.anyTypes,
      maxValues: accepted.maxValues,
    }),
  };
  if (!wholeMessage.test(contentType)) {
    return translated(readEnvelopes(body, rules), accepted);
  }
  // What is passed on is plain, and its length another than was declared.
  if (rules.compression !== undefined) header.delete("content-encoding");
  header.delete("content-length");
  const unknown = rules.compression === undefined && (encoding ?? "identity") !== "identity";
  const held = unknown ? { ...rules, check: passAnything } : rules;
  return translated(readMessage(body, held), accepted);
}

/** Compressed in a way that is not known: Connect's engine refuses it. */
function passAnything(): void {}

async function* translated(body: Body, accepted: AcceptedMessages): Body {
  try {
    yield* body;
  } catch (failure) {
    throw translate(failure, accepted);
  }
}

/** What goes wrong with a body, and is no ServingError, is the connection's end. */
function translate(failure: unknown, { steps, record, protocol }: AcceptedMessages): ConnectError {
  return failure instanceof ServingError
    ? steps.refuse(failure, { record, protocol })
    : ConnectError.from(failure, Code.Aborted);
}
