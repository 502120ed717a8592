import { holdAlone, type SoleMemory } from "../core/sole-memory.ts";

/** Keeps the large memory of a call that is over for the next one. */
export interface SpareMemory {
  /** Gives at least so many bytes, with anything in them, that the caller alone holds. */
  take(bytes: number): ArrayBuffer;
  /** Takes the memory of a call that is done with it. Every view of it is empty from now on. */
  giveBack(memory: SoleMemory): void;
}

/** Memory up to so many times as large as what is asked for will do. */
const mostTooLarge = 2;
/** What is larger is freed at once. */
const keptBytes = 128 * 1024 * 1024;
/** So long it waits for the next call, in milliseconds. */
const keptMs = 1000;

/**
 * Makes a place for one spare. Memory that is touched for the first time costs
 * twice what copying there does, and memory that is left to the collector makes
 * it run more than once for each call.
 */
export function createSpareMemory(): SpareMemory {
  let spare: ArrayBuffer | undefined;
  let timer: NodeJS.Timeout | undefined;

  const takeSpare = (bytes: number): ArrayBuffer | undefined => {
    const length = spare?.byteLength ?? 0;
    if (length < bytes || length > bytes * mostTooLarge) return undefined;
    const taken = spare;
    spare = undefined;
    return taken;
  };

  return {
    take(bytes) {
      const taken = takeSpare(bytes) ?? Buffer.allocUnsafeSlow(bytes).buffer;
      holdAlone(taken);
      return taken;
    },
    giveBack({ buffer }) {
      // It is gone with a worker that failed.
      if (buffer.detached) return;
      if (spare !== undefined || buffer.byteLength > keptBytes) {
        buffer.transfer(0);
        return;
      }
      spare = buffer.transfer();
      clearTimeout(timer);
      timer = setTimeout(() => {
        spare?.transfer(0);
        spare = undefined;
      }, keptMs).unref();
    },
  };
}

/** One for all calls. */
export const spareMemory: SpareMemory = createSpareMemory();
