/**
 * Is told how a call ends: once, and by one of the two, of which neither throws.
 * On the way of every prediction it stands for a promise, of which each costs
 * more than a call back.
 */
export interface Reply<Answer> {
  answer(answer: Answer): void;
  fail(failure: unknown): void;
}

/** Promises what ends by a reply. */
export function promiseReply<Answer>(begin: (reply: Reply<Answer>) => void): Promise<Answer> {
  return new Promise((answer, fail) => begin({ answer, fail }));
}

/** Ends by a reply what is promised, or answered at once. */
export async function replyWith<Answer>(
  reply: Reply<Answer>,
  work: () => Answer | Promise<Answer>,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await work();
  } catch (failure) {
    reply.fail(failure);
    return;
  }
  reply.answer(answer);
}

/** Passes a reply's end on, with its answer turned into another; what fails in that is the failure. */
export function mapReply<Given, Answer>(
  reply: Reply<Answer>,
  map: (given: Given) => Answer,
): Reply<Given> {
  return new MappedReply(reply, map);
}

class MappedReply<Given, Answer> implements Reply<Given> {
  readonly #reply: Reply<Answer>;
  readonly #map: (given: Given) => Answer;

  constructor(reply: Reply<Answer>, map: (given: Given) => Answer) {
    this.#reply = reply;
    this.#map = map;
  }

  answer(given: Given): void {
    let answer: Answer;
    try {
      answer = this.#map(given);
    } catch (failure) {
      this.#reply.fail(failure);
      return;
    }
    this.#reply.answer(answer);
  }

  fail(failure: unknown): void {
    this.#reply.fail(failure);
  }
}
