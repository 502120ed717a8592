import type { LoadedVersion } from "../../server/src/repository/loaded-version.ts";
import { signatureOf, spec } from "./signatures.ts";

/** A version that counts how often its model was freed, and cannot be run. */
export interface CountedVersion {
  readonly loaded: LoadedVersion;
  /** How often the model was freed. */
  readonly released: () => number;
}

/** Makes a version for tests of what happens around runs. */
export function createLoadedVersion(): CountedVersion {
  let released = 0;
  const signature = signatureOf({ inputs: [spec("x", "FP32", "N", 1)] });
  const model = {
    release: () => {
      released += 1;
      return Promise.resolve();
    },
  };
  return { loaded: { signature, model } as LoadedVersion, released: () => released };
}
