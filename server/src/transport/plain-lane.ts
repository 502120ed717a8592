import type { DescMessage, Registry } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { CallRecord } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import { findSoleMemory } from "../core/sole-memory.ts";
import type { CallContext } from "../services/call-context.ts";
import type { CallSteps } from "./calls.ts";
import { compressAnswer } from "./compression.ts";
import type { ConnectLane } from "./connect-lane.ts";
import { readDeadline } from "./deadline-header.ts";
import { headerBytes } from "./envelope-reader.ts";
import type { Exchange } from "./exchange.ts";
import { assertResponseSize, requestTooLarge } from "./message-limits.ts";
import type { AnyMessage } from "./message-writer.ts";
import { readBody } from "./plain-body.ts";
import { type AddedMetadata, createPlainContext, readHeader } from "./plain-context.ts";
import {
  byteLength,
  completeMessage,
  createPlainProtocols,
  findPlainProtocol,
  type PlainAnswer,
  type PlainProtocol,
} from "./plain-protocols.ts";
import { createPlainSignal, type PlainSignal } from "./plain-signal.ts";
import { spareMemory } from "./spare-memory.ts";

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
}

/** What the plain lane works with. */
export interface PlainLaneOptions {
  readonly methods: readonly UnaryMethod[];
  readonly steps: CallSteps;
  /** The messages that a `google.protobuf.Any` may hold, which JSON shows in full. */
  readonly anyTypes: Registry;
  /** Answers what turns out, once its body is read, not to be of the common kind. */
  readonly connect: ConnectLane;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The most values that one request message may hold. */
  readonly maxValues: number;
  readonly maxDeadlineMs: number;
}

/** Takes calls of the common kind. */
export interface PlainLane {
  /** Takes a POST request if it is of the common kind, and answers it; else returns false. */
  take(exchange: Exchange): boolean;
}

/**
 * Makes the short way for the common kind of call: one request and one answer,
 * in gRPC, gRPC-Web or Connect, neither compressed nor with odd headers. It
 * judges nothing: any request that is not just so goes to Connect's engine,
 * with its body where that was read already.
 */
export function createPlainLane(options: PlainLaneOptions): PlainLane {
  const protocols = createPlainProtocols(options.anyTypes);
  const methods = new Map(options.methods.map((method) => [method.path, method]));
  const refusals = createRefusals(options.steps);
  const answering = { ...options, refusals };
  const { maxRequestBytes, maxDeadlineMs } = options;

  return {
    take(exchange) {
      const method = methods.get(exchange.path);
      if (method === undefined) return false;
      const protocol = findPlainProtocol(protocols, exchange.headers, exchange.version);
      if (protocol === undefined) return false;
      const asked = exchange.headers[protocol.deadlineHeader];
      const timeoutMs =
        typeof asked === "string"
          ? readDeadline(protocol.deadlineHeader, asked, maxDeadlineMs)
          : undefined;
      if (asked !== undefined && timeoutMs === undefined) return false;
      const call = { exchange, method, protocol, timeoutMs, startedAt: performance.now() };
      const lead = protocol.bare ? 0 : headerBytes;
      const form = { limit: maxRequestBytes + lead, lead, schema: method.input };
      readBody(exchange.source, form, (body) => {
        if (body !== undefined) void answerCall(call, body, answering);
        else {
          const record = beginCall(call, options.steps);
          const refused = options.steps.refuse(requestTooLarge(maxRequestBytes), {
            record,
            protocol: protocol.name,
          });
          exchange.send(protocol.fail(refused, nothingAdded));
          record.end();
        }
      });
      return true;
    },
  };
}

/** The answers to calls that are refused. */
interface Refusals {
  answer(protocol: PlainProtocol, refused: ServingError, record: CallRecord): PlainAnswer;
}

/**
 * Makes the answers to refused calls, each once: a server that has too much to do
 * gives the same few errors over and over, and must not have more to do for that.
 */
function createRefusals(steps: CallSteps): Refusals {
  const written = new WeakMap<ServingError, Map<PlainProtocol, PlainAnswer>>();
  return {
    answer(protocol, refused, record) {
      record.fail({ status: "RESOURCE_EXHAUSTED", error: refused });
      const answers = written.get(refused) ?? new Map<PlainProtocol, PlainAnswer>();
      const answer =
        answers.get(protocol) ??
        protocol.fail(
          steps.refuse(refused, { record: undefined, protocol: protocol.name }),
          nothingAdded,
        );
      written.set(refused, answers.set(protocol, answer));
      return answer;
    },
  };
}

const nothingAdded: AddedMetadata = { header: undefined, trailer: undefined };

interface PlainCall {
  readonly exchange: Exchange;
  readonly method: UnaryMethod;
  readonly protocol: PlainProtocol;
  readonly timeoutMs: number | undefined;
  readonly startedAt: number;
}

function beginCall(
  { exchange, method, protocol, startedAt }: PlainCall,
  steps: CallSteps,
): CallRecord {
  return steps.begin({
    method: method.path.slice(1),
    protocol: protocol.name,
    startedAt,
    header: (name) => readHeader(exchange, name),
  });
}

interface AnsweringOptions extends PlainLaneOptions {
  readonly refusals: Refusals;
}

async function answerCall(
  call: PlainCall,
  body: Uint8Array,
  options: AnsweringOptions,
): Promise<void> {
  const { exchange, method, protocol, timeoutMs } = call;
  const request = protocol.read(method.input, body, options.maxValues);
  if (request === undefined) {
    exchange.passOn(options.connect, body);
    return;
  }
  const record = beginCall(call, options.steps);
  // Now, as it may have moved to another buffer when the call is over.
  const memory = findSoleMemory(body.buffer);
  const signal = createPlainSignal();
  exchange.onClose(() => signal.abort(undefined));
  const timer = timeoutMs === undefined ? undefined : startDeadline(timeoutMs, signal);
  const context = createPlainContext({ exchange, signal, timeoutMs, record });
  let answer: PlainAnswer;
  try {
    const message = completeMessage(method.output, await method.answer(request, context));
    answer = protocol.write(method.output, message, context.added);
    assertResponseSize(byteLength(answer.body), options.maxResponseBytes);
    const accepted = exchange.headers["accept-encoding"];
    if (protocol.bare && typeof accepted === "string")
      answer = await compressAnswer(answer, accepted);
    // Where the call failed, its run may still read it.
    if (memory !== undefined && !answer.body.some(({ buffer }) => buffer === memory.buffer))
      spareMemory.giveBack(memory);
  } catch (failure) {
    const { header, trailer } = context.added;
    answer =
      isOverload(failure) && header === undefined && trailer === undefined
        ? options.refusals.answer(protocol, failure, record)
        : protocol.fail(
            options.steps.fail(failure, { signal, record, protocol: protocol.name }),
            context.added,
          );
  }
  clearTimeout(timer);
  exchange.send(answer);
  record.end();
}

function isOverload(failure: unknown): failure is ServingError {
  return failure instanceof ServingError && failure.reason === "OVERLOADED";
}

/** Aborts a call's signal when its time has passed; the timer is for the caller to clear. */
export function startDeadline(timeoutMs: number, signal: PlainSignal): NodeJS.Timeout {
  return setTimeout(() => {
    // The reason that Connect's engine gives, so that a method sees the same on both lanes.
    signal.abort(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  }, timeoutMs);
}
