import type { Http2Limits } from "../http2-limits.ts";

/** Counts what only a client does that means harm, or that is broken. */
export interface AbuseGuard {
  /** Notes that the client gave a call up; returns false once that happens too often. */
  reset(): boolean;
  /** Notes new settings; returns false once they come too often. */
  settle(): boolean;
  /** Notes a frame that breaks the protocol, or does nothing; returns false once there are too many. */
  offend(): boolean;
}

/** Frames that break the protocol or do nothing that one connection may send. */
const maxOffences = 100;

/** Frames of SETTINGS that one connection may send at once, and per second in the long run. */
const settingsBurst = 1000;
const settingsPerSecond = 100;

const second = 1000;

/** Makes the guard of one connection; calls may be given up as often as the limits say. */
export function createAbuseGuard(
  { resetBurst, resetsPerSecond }: Http2Limits,
  now: () => number = () => performance.now(),
): AbuseGuard {
  const resets = createBucket(resetBurst, resetsPerSecond, now);
  const settings = createBucket(settingsBurst, settingsPerSecond, now);
  let offences = 0;
  return {
    reset: resets,
    settle: settings,
    offend() {
      offences += 1;
      return offences <= maxOffences;
    },
  };
}

/** Makes what returns false when it is called more often than so many times a second, after so many at once. */
function createBucket(burst: number, perSecond: number, now: () => number): () => boolean {
  let tokens = burst;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - filledAt) / second) * perSecond) - 1;
    filledAt = at;
    return tokens >= 0;
  };
}
