/** Tells whether the event loop has been reading calls for long, while all that it has to do waits. */
export interface LoopDelay {
  /**
   * Takes note of a call that was read just now, and tells whether the first that
   * was read in the same turn of the loop is more than so many milliseconds ago.
   * It costs little more than reading the time.
   */
  exceeds(limitMs: number): boolean;
}

/** What a delay is measured with. */
export interface LoopDelayOptions {
  /** The time in milliseconds, from any beginning. @default performance.now */
  readonly now?: () => number;
  /** The time that this thread has worked, in milliseconds. @default process.threadCpuUsage */
  readonly worked?: () => number;
  /** Calls back once the event loop has read all that had come. @default setImmediate */
  readonly afterReading?: (then: () => void) => void;
}

/**
 * Makes the measure of one event loop. The loop reads all that has come before it
 * does anything else, so a turn that reads for long has more calls before it than
 * it can answer soon: they waited in the operating system, and runs and answers
 * wait for them. What else holds the loop up says nothing of that and is not
 * counted: a model that is loaded, or a machine that has stood still, where the
 * thread has worked for less than half of the time. No timer runs: a loop without
 * calls costs nothing, and one with calls one callback in each turn.
 */
export function createLoopDelay(options: LoopDelayOptions = {}): LoopDelay {
  const {
    now = () => performance.now(),
    worked = threadTime,
    afterReading = (then) => {
      setImmediate(then);
    },
  } = options;
  /** Whether this turn has read a call; if so, what the clocks said at the first. */
  let reading = false;
  let began = 0;
  let workedBefore = 0;
  const end = (): void => {
    reading = false;
  };

  return {
    exceeds(limitMs) {
      const at = now();
      if (!reading) {
        reading = true;
        began = at;
        workedBefore = worked();
        afterReading(end);
      }
      return at - began > limitMs && worked() - workedBefore > limitMs / 2;
    },
  };
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
