import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type JsonReadOptions,
  type Registry,
  toJsonString,
} from "@bufbuild/protobuf";
import { isTypedMessage } from "../services/typed-message.ts";
import { findDuplicateKeys } from "./duplicate-keys.ts";
import { compileMessageReader, type MessageReader } from "./message-reader.ts";
import { isTooHeavy } from "./message-weight.ts";
import { type AnyMessage, compileMessageWriter, type MessageWriter } from "./message-writer.ts";

/** The serialization of messages, in one of two ways. */
export interface Format {
  /** Reads a message of at most `limit` values; undefined for what is not just that. */
  read(schema: DescMessage, bytes: Uint8Array, limit: number): AnyMessage | undefined;
  /** Writes a message after `lead` free bytes; gives the pieces in order. */
  write(schema: DescMessage, message: AnyMessage, lead: number): readonly Uint8Array[];
}

const writers = new WeakMap<DescMessage, MessageWriter>();

function writerOf(schema: DescMessage): MessageWriter {
  let writer = writers.get(schema);
  if (writer === undefined) {
    writer = compileMessageWriter(schema);
    writers.set(schema, writer);
  }
  return writer;
}

const readers = new WeakMap<DescMessage, MessageReader>();

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

/** Protobuf's binary form. */
export const binary: Format = {
  read(schema, bytes, limit) {
    try {
      if (isTooHeavy(schema, bytes, { format: "binary", limit })) return undefined;
      return readerOf(schema)(bytes);
    } catch {
      return undefined;
    }
  },
  write: (schema, message, lead) => writerOf(schema)(message, lead),
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Makes protobuf's JSON form; `registry` has the messages that a `google.protobuf.Any` may hold. */
export function createJson(registry: Registry): Format {
  const lenient: Partial<JsonReadOptions> = { ignoreUnknownFields: true, registry };
  const strict: Partial<JsonReadOptions> = { registry };
  return {
    read(schema, bytes, limit) {
      try {
        if (isTooHeavy(schema, bytes, { format: "json", limit })) return undefined;
        const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        if (findDuplicateKeys(buffer).length > 0) return undefined;
        const reading = isTypedMessage(schema) ? strict : lenient;
        return fromJsonString(schema, utf8.decode(bytes), reading);
      } catch {
        return undefined;
      }
    },
    // JSON is never put into an envelope here.
    write: (schema, message) => [Buffer.from(toJsonString(schema, message, { registry }))],
  };
}
