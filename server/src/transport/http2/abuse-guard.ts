import type { Http2Limits } from "../http2-limits.ts";

/** Counts what only a client does that means harm, or that is broken. */
export interface AbuseGuard {
  /** Notes that the client gave a call up; returns false once that happens too often. */
  reset(): boolean;
  /** Notes a frame that breaks the protocol, or does nothing; returns false once there are too many. */
  offend(): boolean;
}

/** Frames that break the protocol or do nothing that one connection may send. */
const maxOffences = 100;

const second = 1000;

/** Makes the guard of one connection; calls may be given up as often as the limits say. */
export function createAbuseGuard(
  { resetBurst, resetsPerSecond }: Http2Limits,
  now: () => number = () => performance.now(),
): AbuseGuard {
  let tokens = resetBurst;
  let filledAt = now();
  let offences = 0;
  return {
    reset() {
      const at = now();
      tokens = Math.min(resetBurst, tokens + ((at - filledAt) / second) * resetsPerSecond) - 1;
      filledAt = at;
      return tokens >= 0;
    },
    offend() {
      offences += 1;
      return offences <= maxOffences;
    },
  };
}
