import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How long what was due had to wait for the event loop, in seconds. */
export interface LoopDelays {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Watches the event loop of this thread, and tells of its last half to whole minute to any number of readers. */
export interface EventLoopWatch {
  delays(): LoopDelays;
  /** The share of the time that the loop did not idle, 0 to 1. */
  utilization(): number;
  stop(): void;
}

/** What the loop is watched with. */
export interface EventLoopWatchOptions {
  /** Measures delays, in nanoseconds, from the moment of the last reset. @default Node's own monitor */
  readonly monitor?: DelayMonitor;
  /** Calls back every so many milliseconds until the returned function is called. @default setInterval, which keeps no process alive */
  readonly every?: (ms: number, then: () => void) => () => void;
}

/** Node's `IntervalHistogram`, as far as it is used. */
export interface DelayMonitor {
  enable(): unknown;
  disable(): unknown;
  reset(): void;
  percentile(percent: number): number;
  readonly max: number;
  readonly count: number;
}

/** Delays are told for this half minute and the one before. */
const spanMs = 30_000;
/** Every so many milliseconds the loop is looked at. */
const resolutionMs = 20;

const none: LoopDelays = { p50: 0, p90: 0, p99: 0, max: 0 };

/** Begins to watch. It costs about 0.5 % of a core while nothing else is to do, and less the more there is. */
export function watchEventLoop(options: EventLoopWatchOptions = {}): EventLoopWatch {
  const { monitor = monitorEventLoopDelay({ resolution: resolutionMs }), every = repeat } = options;
  let before = none;
  let lastMark = performance.eventLoopUtilization();
  let markBefore = lastMark;
  monitor.enable();
  const stop = every(spanMs, () => {
    before = read(monitor);
    monitor.reset();
    markBefore = lastMark;
    lastMark = performance.eventLoopUtilization();
  });
  return {
    delays() {
      const now = read(monitor);
      return {
        p50: Math.max(now.p50, before.p50),
        p90: Math.max(now.p90, before.p90),
        p99: Math.max(now.p99, before.p99),
        max: Math.max(now.max, before.max),
      };
    },
    utilization: () => performance.eventLoopUtilization(markBefore).utilization,
    stop() {
      stop();
      monitor.disable();
    },
  };
}

function read(monitor: DelayMonitor): LoopDelays {
  if (monitor.count === 0) return none;
  return {
    p50: toDelay(monitor.percentile(50)),
    p90: toDelay(monitor.percentile(90)),
    p99: toDelay(monitor.percentile(99)),
    max: toDelay(monitor.max),
  };
}

/** The monitor measures from one look to the next; what is more than their distance is delay. */
function toDelay(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
}

function repeat(ms: number, then: () => void): () => void {
  const timer = setInterval(then, ms).unref();
  return () => clearInterval(timer);
}
