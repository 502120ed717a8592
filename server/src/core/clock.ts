/** The time, so that tests can hold it still. */
export interface Clock {
  /** The time of day, in milliseconds since 1970. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
