import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import type { MessageOutput } from "../core/message-output.ts";
import { type Reply, replyWith } from "../core/reply.ts";
import type { CallContext } from "../services/call-context.ts";
import type { AnyMessage } from "./message-writer.ts";

/** A method with one request and one answer. */
export interface UnaryMethod {
  /** The path of its calls, e.g. `/presage.v1.InferenceService/Predict`. */
  readonly path: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /**
   * Answers a call; an answer may leave fields out. Once it has answered it must not
   * need the bytes of its request any more, unless they are part of the answer.
   */
  readonly answer: (request: AnyMessage, context: CallContext) => object | Promise<object>;
  /** The same by a reply, which costs less than a promise. @default `answer` is asked */
  readonly reply?: AskMethod | undefined;
  /** The way of usual requests in protobuf's binary form. @default by messages, as all others */
  readonly binary?: BinaryShortcut | undefined;
  /** The way of usual requests in JSON. @default by messages, as all others */
  readonly json?: JsonShortcut | undefined;
}

/** Asks a method what was read, which answers by a reply. */
export type AskMethod = (request: object, context: CallContext, reply: Reply<object>) => void;

/** A way past the messages that requests and answers stand for: most of a small call's time goes into making those. */
export interface BinaryShortcut {
  /** Reads a request; undefined for any that is not of the usual form, or has a mistake. */
  readonly read: (message: Uint8Array) => object | undefined;
  readonly ask: AskMethod;
  /** Writes the answer to what was read. */
  readonly write: (answer: object, request: object, output: MessageOutput) => void;
}

/** The same of JSON. */
export interface JsonShortcut {
  /** Reads a request; undefined for any that is not of the usual form, or has a mistake. */
  readonly read: (message: JsonValue) => object | undefined;
  readonly ask: AskMethod;
  /** Writes the answer to what was read. */
  readonly write: (answer: object, request: object) => string;
}

/** How a method is asked by a message. */
export function askerOf({ answer, reply }: UnaryMethod): AskMethod {
  if (reply !== undefined) return reply;
  return (request, context, to) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what asks it has read its message
    void replyWith(to, () => answer(request as AnyMessage, context));
}
