import { ServingError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";

/** Work that nobody waits for, with a store that may be away for a while. */
export interface Background {
  /** Does something; what fails is told. */
  attempt(work: () => Promise<void>): Promise<boolean>;
  /** Does something at once, and as long as it fails again after so many milliseconds; resolves after the first time. */
  until(work: () => Promise<void>, retryMs: number): Promise<void>;
  /** Does something every so many milliseconds, the first time after as many. */
  every(work: () => Promise<void>, periodMs: number): void;
  /** Tells of work that failed: the store's being away once, until something works again. */
  readonly failed: (failure: unknown) => void;
  /** Does nothing any more. */
  stop(): void;
}

/** Who is told. */
export interface BackgroundParts {
  /** Asks the store something: rejects while it is away. Work may have done without it. */
  readonly askStore: () => Promise<unknown>;
  /** Is told when the store is away and when it is back. */
  readonly log: Log;
  readonly reportFault: (fault: unknown) => void;
}

/** Makes a background. Its timers keep no process alive. */
export function createBackground({ askStore, log, reportFault }: BackgroundParts): Background {
  const timers = new Set<NodeJS.Timeout>();
  let away = false;
  let failures = 0;
  let stopped = false;

  const failed = (failure: unknown): void => {
    failures += 1;
    if (!(failure instanceof ServingError) || failure.reason !== "STORE_UNAVAILABLE") {
      reportFault(failure);
      return;
    }
    if (!away) {
      const { message, reason, cause } = failure;
      log("warn", `no feedback is taken for now: ${message}`, { reason, err: cause });
    }
    away = true;
  };

  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    const before = failures;
    try {
      await work();
      if (away) await askStore();
    } catch (failure) {
      failed(failure);
    }
    // Work may have gone on after it told of a failure itself.
    if (failures > before) return false;
    if (away) log("info", "feedback is taken again");
    away = false;
    return true;
  };

  const until = async (work: () => Promise<void>, retryMs: number): Promise<void> => {
    if (stopped || (await attempt(work)) || stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void until(work, retryMs);
    }, retryMs);
    timers.add(timer.unref());
  };

  return {
    attempt,
    until,
    every(work, periodMs) {
      let running = false;
      const run = async (): Promise<void> => {
        if (running) return;
        running = true;
        await attempt(work);
        running = false;
      };
      timers.add(setInterval(() => void run(), periodMs).unref());
    },
    failed,
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
