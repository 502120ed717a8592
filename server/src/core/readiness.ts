/** Where the server is in its own life. */
export type ServerPhase = "starting" | "ready" | "draining";

/** Tells whether the server takes calls, and when that changes. */
export interface Readiness {
  readonly phase: ServerPhase;
  /** Moves on; every subscriber is told. */
  become(phase: ServerPhase): void;
  /** Calls `listener` at each change, until the returned function is called. */
  subscribe(listener: (phase: ServerPhase) => void): () => void;
}

/** Makes the readiness of a server that is starting. */
export function createReadiness(): Readiness {
  const listeners = new Set<(phase: ServerPhase) => void>();
  let phase: ServerPhase = "starting";
  return {
    get phase() {
      return phase;
    },
    become(next) {
      phase = next;
      for (const listener of listeners) listener(next);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Reads a stream until it ends or the server begins to stop. */
export async function* untilDraining<Item>(
  source: AsyncIterable<Item>,
  readiness: Readiness,
): AsyncGenerator<Item> {
  const draining = Promise.withResolvers<{ readonly done: true }>();
  const stop = (phase: ServerPhase): void => {
    if (phase === "draining") draining.resolve({ done: true });
  };
  stop(readiness.phase);
  const unsubscribe = readiness.subscribe(stop);
  const iterator = source[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await Promise.race([iterator.next(), draining.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    unsubscribe();
    // Not awaited: a source that is waiting for its caller would not return before it.
    void iterator.return?.().catch(() => undefined);
  }
}
