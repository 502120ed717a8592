import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Registry,
} from "@bufbuild/protobuf";
import { invalidInput, type ServingError, type Violation } from "../core/errors.ts";
import { isTypedMessage } from "../services/typed-message.ts";
import { findDuplicateKeys } from "./duplicate-keys.ts";
import { findFieldViolations } from "./field-violations.ts";
import { tooManyValues } from "./message-limits.ts";
import { isTooHeavy } from "./message-weight.ts";
import type { AnyMessage } from "./message-writer.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What a message is checked as. */
export interface MessageForm {
  readonly schema: DescMessage;
  readonly format: "binary" | "json";
  /** The messages that a `google.protobuf.Any` may hold in JSON. */
  readonly anyTypes: Registry;
  /** The most values that a message may hold. */
  readonly maxValues: number;
}

/**
 * Makes the check of one kind of message. It throws INVALID_INPUT for bytes
 * that are no such message, naming the field where that can be told, and for
 * JSON that gives a name twice, and MESSAGE_TOO_LARGE for too many values.
 */
export function createMessageCheck(form: MessageForm): (message: Uint8Array) => void {
  const { schema, format, maxValues: limit } = form;
  return (message) => {
    if (format === "binary") {
      readBinary(schema, message, limit);
      return;
    }
    if (isTooHeavy(schema, message, { format, limit })) throw tooManyValues(limit);
    checkJson(form, message);
  };
}

/** Reads a message in protobuf's binary form. Throws what the check of one does. */
export function readBinary(schema: DescMessage, message: Uint8Array, limit: number): AnyMessage {
  if (isTooHeavy(schema, message, { format: "binary", limit })) throw tooManyValues(limit);
  try {
    return fromBinary(schema, message);
  } catch (error) {
    throw malformed(`not a ${schema.typeName} in protobuf: ${textOf(error)}`);
  }
}

function checkJson({ schema, anyTypes }: MessageForm, message: Uint8Array): void {
  let json: JsonValue;
  try {
    json = JSON.parse(utf8.decode(message));
  } catch (error) {
    throw malformed(`not JSON: ${textOf(error)}`);
  }
  const duplicates = findDuplicateKeys(
    Buffer.from(message.buffer, message.byteOffset, message.byteLength),
  );
  if (duplicates.length > 0) {
    throw invalidInput(duplicates.map((field) => ({ field, description: "given twice" })));
  }
  try {
    const ignoreUnknownFields = !isTypedMessage(schema);
    fromJson(schema, json, { ignoreUnknownFields, registry: anyTypes });
  } catch (error) {
    const found = isTypedMessage(schema) ? findFieldViolations(schema, json) : [];
    if (found.length > 0) throw boundedError(found);
    throw invalidInput([readFieldError(textOf(error), schema)]);
  }
}

/** The error of violations, of which there may be more than are told. */
function boundedError(found: readonly Violation[]): ServingError {
  const told = found.slice(0, mostViolations);
  return invalidInput(told, found.length - told.length);
}

const mostViolations = 1000;
const fieldError = /^cannot decode field (?:\w+\.)*(\w+) from JSON: (.*)$/s;
const messageError = /^cannot decode message \S+ from JSON: (.*)$/s;

/** Reads the field out of the words of the protobuf library. */
function readFieldError(text: string, schema: DescMessage): Violation {
  const [, name, problem] = fieldError.exec(text) ?? [];
  if (name !== undefined && problem !== undefined) return { field: name, description: problem };
  const [, found = text] = messageError.exec(text) ?? [];
  return { field: "", description: `not a ${schema.typeName}: ${found}` };
}

function malformed(description: string): ServingError {
  return invalidInput([{ field: "", description }]);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
