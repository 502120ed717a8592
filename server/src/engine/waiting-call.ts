import type { CallRecord, RunShare } from "../core/call-record.ts";
import { abortError } from "../core/errors.ts";
import type { Reply } from "../core/reply.ts";
import type { Tensor } from "../core/tensor.ts";
import { type BatchCall, urgencyOf } from "./batch-call.ts";

/** What a call leaves when its caller does. */
interface LeftQueue {
  remove(waiting: WaitingCall): void;
}

/**
 * A call that waits for its answer, and is settled when it is answered, when it
 * fails, or when its caller leaves; it then leaves its queue. One is made for
 * each call, so it holds no more than it must.
 */
export class WaitingCall implements RunShare {
  readonly call: BatchCall;
  /** From 0, the most urgent, to 7. */
  readonly urgency: number;
  readonly queuedAt: number = performance.now();
  /** Where it waits; undefined once its turn has come. */
  queue: LeftQueue | undefined = undefined;
  /** Its neighbours there, for the queue to set. */
  previous: WaitingCall | undefined = undefined;
  next: WaitingCall | undefined = undefined;
  readonly #reply: Reply<readonly Tensor[]>;
  readonly #leave: () => void;

  constructor(call: BatchCall, reply: Reply<readonly Tensor[]>) {
    this.call = call;
    this.urgency = urgencyOf(call);
    this.#reply = reply;
    this.#leave = () => this.fail(abortError(call.signal));
    call.signal.addEventListener("abort", this.#leave);
  }

  get record(): CallRecord | undefined {
    return this.call.record;
  }

  /** Answers the call. */
  answer(outputs: readonly Tensor[]): void {
    this.call.signal.removeEventListener("abort", this.#leave);
    this.#reply.answer(outputs);
  }

  /** Fails the call. */
  fail(error: unknown): void {
    this.call.signal.removeEventListener("abort", this.#leave);
    this.queue?.remove(this);
    this.#reply.fail(error);
  }
}
