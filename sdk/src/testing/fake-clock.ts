import type { Clock } from "../clock.ts";

/** A clock on which every wait is over at once, and is written down. */
export interface FakeClock extends Clock {
  /** The waits so far, in milliseconds. */
  readonly waits: readonly number[];
}

/** Makes a clock that stands at 0. */
export function createFakeClock(): FakeClock {
  const waits: number[] = [];
  let time = 0;
  return {
    waits,
    now: () => time,
    async sleep(ms) {
      waits.push(ms);
      time += ms;
    },
  };
}
