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
  return new HandleImplementation(version, life);
}

// A class, as every call makes one.
class HandleImplementation implements Handle {
  readonly version: bigint;
  readonly loaded: LoadedVersion;
  #life: VersionLife | undefined;

  constructor(version: bigint, life: VersionLife) {
    this.version = version;
    this.loaded = life.pin();
    this.#life = life;
  }

  release(): void {
    this.#life?.unpin();
    this.#life = undefined;
  }
}
