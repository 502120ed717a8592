import type { CallProtocol, CallRecord, CallStart } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import type { Reply } from "../core/reply.ts";
import { findSoleMemory, type SoleMemory } from "../core/sole-memory.ts";
import type { CallSteps } from "./calls.ts";
import { chooseCompression, compressAnswer } from "./compression.ts";
import type { ConnectLane } from "./connect-lane.ts";
import type { Exchange } from "./exchange.ts";
import type { ReadRequest } from "./message-format.ts";
import { assertResponseSize, requestTooLarge } from "./message-limits.ts";
import { createPlainContext, type PlainContext, readHeader } from "./plain-context.ts";
import { byteLength, type PlainAnswer, type PlainProtocol } from "./plain-protocols.ts";
import { createPlainSignal, type PlainSignal, startDeadline } from "./plain-signal.ts";
import type { PreparedMethod } from "./prepared-method.ts";
import { nothingAdded, type Refusals } from "./refusals.ts";
import { spareMemory } from "./spare-memory.ts";

/** What calls are answered with. */
export interface AnsweringOptions {
  readonly steps: CallSteps;
  readonly refusals: Refusals;
  /** Answers what turns out, once its body is read, not to be of the common kind. */
  readonly connect: ConnectLane;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The most values that one request message may hold. */
  readonly maxValues: number;
}

/** What is known of a call by its headers. */
export interface CallFacts {
  readonly exchange: Exchange;
  readonly method: PreparedMethod;
  readonly protocol: PlainProtocol;
  /** The time that it has, in milliseconds from now; undefined: no deadline. */
  readonly timeoutMs: number | undefined;
}

// Classes, as every call makes one of each.

/** A call of the common kind by its headers, until its body has come. */
export class TakenCall implements CallStart {
  readonly facts: CallFacts;
  readonly options: AnsweringOptions;
  readonly startedAt: number = performance.now();

  constructor(facts: CallFacts, options: AnsweringOptions) {
    this.facts = facts;
    this.options = options;
  }

  get method(): string {
    return this.facts.method.name;
  }

  get protocol(): CallProtocol {
    return this.facts.protocol.name;
  }

  header(name: string): string | undefined {
    return readHeader(this.facts.exchange, name);
  }

  /** Answers the call; undefined is a body that is too large. */
  receive(body: Uint8Array | undefined): void {
    try {
      this.#answer(body);
    } catch (failure) {
      // It would go up to the socket, and end the process.
      const { exchange, protocol } = this.facts;
      const call = { record: undefined, signal: createPlainSignal(), protocol: protocol.name };
      exchange.send(protocol.fail(this.options.steps.fail(failure, call), nothingAdded));
    }
  }

  #answer(body: Uint8Array | undefined): void {
    const { exchange, method, protocol } = this.facts;
    const { maxValues, connect } = this.options;
    if (body === undefined) {
      this.#refuse();
      return;
    }
    const message = protocol.open(body);
    const read = message && method[protocol.format](message, maxValues);
    if (read === undefined) connect.takeRead(exchange, body);
    else new PlainCall(this, read, body).ask();
  }

  #refuse(): void {
    const { exchange, protocol } = this.facts;
    const { steps, maxRequestBytes } = this.options;
    const record = steps.begin(this);
    const refusal = requestTooLarge(maxRequestBytes);
    const error = steps.refuse(refusal, { record, protocol: protocol.name });
    exchange.send(protocol.fail(error, nothingAdded));
    record.end();
  }
}

/** A call whose request was read: it waits for its method's reply, and sends the answer. */
class PlainCall implements Reply<object> {
  readonly #facts: CallFacts;
  readonly #read: ReadRequest;
  readonly #options: AnsweringOptions;
  readonly #record: CallRecord;
  readonly #signal: PlainSignal = createPlainSignal();
  readonly #context: PlainContext;
  readonly #memory: SoleMemory | undefined;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(taken: TakenCall, read: ReadRequest, body: Uint8Array) {
    const { facts, options } = taken;
    const { exchange, timeoutMs } = facts;
    const signal = this.#signal;
    this.#facts = facts;
    this.#read = read;
    this.#options = options;
    this.#record = options.steps.begin(taken);
    // Now, as it may have moved to another buffer when the call is over.
    this.#memory = findSoleMemory(body.buffer);
    exchange.onClose(() => signal.abort(undefined));
    if (timeoutMs !== undefined) this.#timer = startDeadline(timeoutMs, signal);
    this.#context = createPlainContext({ exchange, signal, timeoutMs, record: this.#record });
  }

  ask(): void {
    const { request, form } = this.#read;
    form.ask(request, this.#context, this);
  }

  answer(given: object): void {
    const { exchange, protocol } = this.#facts;
    let answer: PlainAnswer;
    try {
      const { request, form } = this.#read;
      answer = protocol.succeed(form.write(given, request, protocol.lead), this.#context.added);
      assertResponseSize(byteLength(answer.body), this.#options.maxResponseBytes);
      const accepted = exchange.headers["accept-encoding"];
      if (protocol.lead === 0 && typeof accepted === "string") {
        const compression = chooseCompression(answer, accepted);
        if (compression !== undefined) {
          // oxlint-disable-next-line promise/prefer-await-to-then
          compressAnswer(answer, compression).then(
            (compressed) => this.#succeed(compressed),
            (failure: unknown) => this.fail(failure),
          );
          return;
        }
      }
    } catch (failure) {
      this.fail(failure);
      return;
    }
    this.#succeed(answer);
  }

  fail(failure: unknown): void {
    const { protocol } = this.#facts;
    const { refusals, steps } = this.#options;
    const record = this.#record;
    const { added } = this.#context;
    this.#end(
      isOverload(failure) && added.header === undefined && added.trailer === undefined
        ? refusals.answer(protocol, failure, record)
        : protocol.fail(
            steps.fail(failure, { signal: this.#signal, record, protocol: protocol.name }),
            added,
          ),
    );
  }

  #succeed(answer: PlainAnswer): void {
    const memory = this.#memory;
    // Where the call failed, its run may still read it.
    if (memory !== undefined && !answer.body.some(({ buffer }) => buffer === memory.buffer))
      spareMemory.giveBack(memory);
    this.#end(answer);
  }

  #end(answer: PlainAnswer): void {
    clearTimeout(this.#timer);
    this.#facts.exchange.send(answer);
    this.#record.end();
  }
}

function isOverload(failure: unknown): failure is ServingError {
  return failure instanceof ServingError && failure.reason === "OVERLOADED";
}
