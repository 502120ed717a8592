import { leastUrgency } from "./batch-call.ts";
import type { WaitingCall } from "./waiting-call.ts";

/** How much waits. */
export interface QueueSize {
  readonly calls: number;
  readonly rows: number;
}

/**
 * The calls of one version that wait for their turn: the more urgent first,
 * equally urgent ones in the order in which they came. Each is a link of the
 * list of its urgency, so that it leaves as cheaply as it comes.
 */
export class CallQueue implements QueueSize {
  readonly #levels: readonly Level[] = Array.from({ length: leastUrgency + 1 }, () => new Level());
  calls = 0;
  rows = 0;

  /** Adds a call behind those as urgent as it. */
  push(waiting: WaitingCall): void {
    this.#levels[waiting.urgency]?.push(waiting);
    waiting.queue = this;
    this.calls += 1;
    this.rows += waiting.call.feeds.rowCount;
  }

  /** Takes a call out, wherever it is. */
  remove(waiting: WaitingCall): void {
    this.#levels[waiting.urgency]?.remove(waiting);
    waiting.queue = undefined;
    this.calls -= 1;
    this.rows -= waiting.call.feeds.rowCount;
  }

  /** The call whose turn is next. */
  first(): WaitingCall | undefined {
    return this.calls === 0 ? undefined : this.#firstFrom(0);
  }

  /** The call whose turn comes after that of `waiting`, which waits. */
  after(waiting: WaitingCall): WaitingCall | undefined {
    return waiting.next ?? this.#firstFrom(waiting.urgency + 1);
  }

  /** What would be before a call of this urgency that came now. */
  ahead(urgency: number): QueueSize {
    let calls = 0;
    let rows = 0;
    for (let level = 0; level <= urgency; level += 1) {
      calls += this.#levels[level]?.calls ?? 0;
      rows += this.#levels[level]?.rows ?? 0;
    }
    return { calls, rows };
  }

  #firstFrom(urgency: number): WaitingCall | undefined {
    for (let level = urgency; level <= leastUrgency; level += 1) {
      const waiting = this.#levels[level]?.first;
      if (waiting !== undefined) return waiting;
    }
    return undefined;
  }
}

/** The calls of one urgency, first come, first served. */
class Level implements QueueSize {
  first: WaitingCall | undefined = undefined;
  #last: WaitingCall | undefined = undefined;
  calls = 0;
  rows = 0;

  push(waiting: WaitingCall): void {
    waiting.previous = this.#last;
    if (this.#last === undefined) this.first = waiting;
    else this.#last.next = waiting;
    this.#last = waiting;
    this.calls += 1;
    this.rows += waiting.call.feeds.rowCount;
  }

  remove(waiting: WaitingCall): void {
    const { previous, next } = waiting;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    waiting.previous = undefined;
    waiting.next = undefined;
    this.calls -= 1;
    this.rows -= waiting.call.feeds.rowCount;
  }
}
