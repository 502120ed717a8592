import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  isMessage,
  type JsonReadOptions,
  type Registry,
  toJsonString,
} from "@bufbuild/protobuf";
import { createMessageOutput } from "../core/message-output.ts";
import { isTypedMessage } from "../services/typed-message.ts";
import { isShallow, parseJson, readText } from "./json-text.ts";
import { compileMessageReader, type MessageReader } from "./message-reader.ts";
import { isTooHeavy } from "./message-weight.ts";
import { type AnyMessage, compileMessageWriter, type MessageWriter } from "./message-writer.ts";
import { type AskMethod, askerOf, type UnaryMethod } from "./unary-method.ts";

/** Reads a method's request of at most so many values; undefined for what is not just that. */
export type Reading = (bytes: Uint8Array, maxValues: number) => ReadRequest | undefined;

/** A request that was read. */
export interface ReadRequest {
  readonly request: object;
  readonly form: Form;
}

/** What becomes of requests that were read in one way. */
export interface Form {
  readonly ask: AskMethod;
  /** Writes the answer to a request after `lead` free bytes; gives the pieces in order. */
  readonly write: (answer: object, request: object, lead: number) => readonly Uint8Array[];
}

/** One for all: writing is never interrupted. */
const output = createMessageOutput();

/** Makes the reading of protobuf's binary form. */
export function createBinaryReading(method: UnaryMethod): Reading {
  const { input, binary } = method;
  const form: Form = { ask: askerOf(method), write: createBinaryWriter(method.output) };
  const short: Form | undefined = binary && {
    ask: binary.ask,
    write(answer, request, lead) {
      output.begin(lead);
      binary.write(answer, request, output);
      return output.end();
    },
  };
  return (bytes, limit) => {
    try {
      if (isTooHeavy(input, bytes, { format: "binary", limit })) return undefined;
      const request = binary?.read(bytes);
      if (request !== undefined && short !== undefined) return { request, form: short };
      return { request: readerOf(input)(bytes), form };
    } catch {
      return undefined;
    }
  };
}

const readers = new WeakMap<DescMessage, MessageReader>();

/** The reader of a message type, compiled when it is first needed. */
function readerOf(schema: DescMessage): MessageReader {
  let reader = readers.get(schema);
  if (reader === undefined) {
    reader = isTypedMessage(schema)
      ? compileMessageReader(schema)
      : (bytes) => fromBinary(schema, bytes);
    readers.set(schema, reader);
  }
  return reader;
}

const writers = new WeakMap<DescMessage, MessageWriter>();

/** The writer of a message type, compiled when it is first needed. */
function writerOf(schema: DescMessage): MessageWriter {
  let writer = writers.get(schema);
  if (writer === undefined) {
    writer = compileMessageWriter(schema);
    writers.set(schema, writer);
  }
  return writer;
}

/** Makes the writer of a method's answers in protobuf's binary form. */
export function createBinaryWriter(schema: DescMessage): Form["write"] {
  return (answer, _request, lead) => writerOf(schema)(completeMessage(schema, answer), lead);
}

/** Makes the reading of JSON; `registry` has the messages that a `google.protobuf.Any` may hold. */
export function createJsonReading(method: UnaryMethod, registry: Registry): Reading {
  const { input, json } = method;
  const options: Partial<JsonReadOptions> = {
    ignoreUnknownFields: !isTypedMessage(input),
    registry,
  };
  // JSON is never put into an envelope here.
  const form: Form = {
    ask: askerOf(method),
    write: (answer) => [
      Buffer.from(
        toJsonString(method.output, completeMessage(method.output, answer), { registry }),
      ),
    ],
  };
  const short: Form | undefined = json && {
    ask: json.ask,
    write: (answer, request) => [Buffer.from(json.write(answer, request))],
  };
  return (bytes, limit) => {
    try {
      if (isTooHeavy(input, bytes, { format: "json", limit })) return undefined;
      const text = readText(bytes);
      const given = parseJson(text);
      const request = json !== undefined && isShallow(text, given) ? json.read(given) : undefined;
      if (request !== undefined && short !== undefined) return { request, form: short };
      return { request: fromJson(input, given, options), form };
    } catch {
      return undefined;
    }
  };
}

/** Fills in what a method left out of its answer. */
function completeMessage(schema: DescMessage, answer: object): AnyMessage {
  return isMessage(answer, schema) ? answer : create(schema, { ...answer });
}
