import { setTimeout as sleep } from "node:timers/promises";
import { describeFailure } from "./refusals.ts";
import type { Operation } from "./setting.ts";
import type { Tally } from "./tally.ts";

/** Does operations side by side, and counts how they end. */
export interface Crew {
  /** Begins an operation that was due at a time of `performance.now()`, from which its latency counts. */
  begin(operation: Operation, due: number): void;
  /**
   * Waits until everything has ended, at most so long. Gives the names of what has
   * not; how that ends is not counted any more.
   */
  finish(patienceMs: number): Promise<readonly string[]>;
}

/** Creates a crew that has nothing to do yet. */
export function createCrew(tally: Pick<Tally, "succeeded" | "failed">): Crew {
  const underWay = new Map<Promise<void>, string>();
  let isOver = false;
  return {
    begin(operation, due) {
      const { name, timed } = operation;
      const work = operation.run().then(
        (requests) => {
          if (!isOver) tally.succeeded(requests, timed ? performance.now() - due : undefined);
        },
        (error: unknown) => {
          if (!isOver) tally.failed(`${name}: ${describeFailure(error)}`);
        },
      );
      underWay.set(work, name);
      void work.then(() => underWay.delete(work));
    },
    async finish(patienceMs) {
      await Promise.race([
        Promise.all(underWay.keys()),
        sleep(patienceMs, undefined, { ref: false }),
      ]);
      isOver = true;
      return [...underWay.values()];
    },
  };
}
