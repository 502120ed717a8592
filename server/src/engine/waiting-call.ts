import type { CallRecord, RunShare } from "../core/call-record.ts";
import { abortError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BatchCall } from "./batch-call.ts";

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
  readonly queuedAt: number = performance.now();
  /** Where it waits; undefined once its turn has come. */
  queue: LeftQueue | undefined = undefined;
  /** Its neighbours there, for the queue to set. */
  previous: WaitingCall | undefined = undefined;
  next: WaitingCall | undefined = undefined;
  readonly #resolve: (outputs: readonly Tensor[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #leave: () => void;

  constructor(
    call: BatchCall,
    resolve: (outputs: readonly Tensor[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.call = call;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#leave = () => this.fail(abortError(call.signal));
    call.signal.addEventListener("abort", this.#leave);
  }

  get record(): CallRecord | undefined {
    return this.call.record;
  }

  /** Answers the call. */
  answer(outputs: readonly Tensor[]): void {
    this.call.signal.removeEventListener("abort", this.#leave);
    this.#resolve(outputs);
  }

  /** Fails the call. */
  fail(error: unknown): void {
    this.call.signal.removeEventListener("abort", this.#leave);
    this.queue?.remove(this);
    this.#reject(error);
  }
}
