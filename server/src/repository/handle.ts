import type { VersionLife } from "./lifecycle.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** Pins a loaded version while a call uses it, so that unloading never takes it away. */
export interface Handle {
  readonly version: bigint;
  readonly loaded: LoadedVersion;
  /** Gives the version back. Further calls do nothing. */
  release(): void;
}

/** Pins a version that is ready. */
export function createHandle(version: bigint, life: VersionLife): Handle {
  const loaded = life.pin();
  let held = true;
  return {
    version,
    loaded,
    release() {
      if (held) life.unpin();
      held = false;
    },
  };
}
