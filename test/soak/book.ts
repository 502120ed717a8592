import type { MinuteFigures, SoakFigures } from "./report.ts";
import type { Sample } from "./slope.ts";
import { createTally, type Tally } from "./tally.ts";
import { judgeMemory } from "./verdict.ts";

/** Everything that is measured, by the minute and in all. */
export interface SoakBook extends Omit<Tally, "read"> {
  /** Notes the server's memory. */
  readonly noteMemory: (hours: number, rssMb: number) => void;
  /** Notes it so many hours after the begin, right after its garbage was collected: that is judged. */
  readonly noteLasting: (hours: number, rssMb: number) => void;
  /** Notes what V8's heap holds, if the server told. */
  noteHeap(heapMb: number | undefined): void;
  /** Whether anything was counted since a minute was closed. */
  isOpen(): boolean;
  /** Ends a minute, and gives what was measured in it. */
  closeMinute(): MinuteFigures;
  sumUp(): Pick<SoakFigures, "minutes" | "all" | "memory" | "passed">;
}

/** Opens an empty book. */
export function createSoakBook(): SoakBook {
  const all = createTally();
  const minutes: MinuteFigures[] = [];
  const lasting: Sample[] = [];
  let rssMb = Number.NaN;
  let current = createTally();
  let heapMb: number | undefined;
  return {
    succeeded(requests, milliseconds) {
      for (const tally of [current, all]) tally.succeeded(requests, milliseconds);
    },
    failed(what) {
      for (const tally of [current, all]) tally.failed(what);
    },
    noteMemory(_hours, megabytes) {
      rssMb = megabytes;
    },
    noteLasting: (hours, value) => void lasting.push({ hours, value }),
    noteHeap(megabytes) {
      heapMb = megabytes;
    },
    isOpen: () => current.read().calls > 0,
    closeMinute() {
      const lastingMb = lasting.at(-1)?.value;
      const figures = { minute: minutes.length + 1, ...current.read(), rssMb, lastingMb, heapMb };
      minutes.push(figures);
      current = createTally();
      return figures;
    },
    sumUp() {
      const counts = all.read();
      const memory = judgeMemory(lasting);
      const passed = counts.errors === 0 && counts.calls > 0 && memory.verdict !== "grows";
      return { minutes, all: counts, memory, passed };
    },
  };
}
