import { noTelemetry, type VersionLoad } from "../../server/src/core/call-record.ts";
import type { LoadedVersion } from "../../server/src/repository/loaded-version.ts";
import { signatureOf, spec } from "./signatures.ts";

/** A version that counts how often its model was freed, and cannot be run. */
export interface CountedVersion {
  readonly loaded: LoadedVersion;
  /** How often the model was freed. */
  readonly released: () => number;
}

const noLoad = (): VersionLoad => ({
  queuedCalls: 0,
  queuedRows: 0,
  executor: "inline",
  workers: 1,
  busy: 0,
});

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
  const telemetry = noTelemetry.follow({ model: "m", version: "1", load: noLoad });
  return { loaded: { signature, model, telemetry } as LoadedVersion, released: () => released };
}
