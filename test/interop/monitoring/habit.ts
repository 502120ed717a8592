import { setTimeout } from "node:timers/promises";
import { PresageError } from "@presage/sdk/node";

/** Something that is done again and again. */
export interface Habit {
  /** Ends it, once what is under way is over. Rejects with what was no failed call. */
  stop(): Promise<void>;
}

/** Makes a call, and the next some time after its end, whether it fails or not. */
export function repeat(call: () => Promise<unknown>, everyMs: number): Habit {
  const ending = new AbortController();
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await call().catch((error: unknown) => {
        if (!(error instanceof PresageError)) throw error;
      });
      await setTimeout(everyMs);
    }
  };
  const running = run();
  // Told by stop(), not at once.
  running.catch(() => {});
  return {
    stop() {
      ending.abort();
      return running;
    },
  };
}
