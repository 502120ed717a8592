import type { Clock } from "../core/clock.ts";
import type { Signature } from "../core/signature.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** Where a version is in its life: loading → ready → unloading → unavailable. */
export type LifeState = "loading" | "ready" | "unloading" | "unavailable";

/** A version's state, why, and since when. */
export interface VersionStatus {
  readonly state: LifeState;
  /** Why it is in this state; empty when ready. */
  readonly reason: string;
  /** When it came into this state, in milliseconds since 1970. */
  readonly since: number;
}

/** The life of one version. */
export interface VersionLife {
  readonly status: VersionStatus;
  /** The signature, once the version's file was read. */
  readonly signature: Signature | undefined;
  /** The version answers calls from now on. */
  ready(loaded: LoadedVersion): void;
  /** The version will not answer, for these reasons. */
  fail(problems: readonly string[], signature: Signature | undefined): void;
  /** Takes a pin on the loaded version. Throws if it is not ready. */
  pin(): LoadedVersion;
  /** Gives a pin back. */
  unpin(): void;
  /** Takes no more calls, waits for the pins to be given back, and frees the model. */
  unload(): Promise<void>;
}

/** Begins the life of a version, which is loading; `changed` is called at each change of its state. */
export function createVersionLife(clock: Clock, changed: () => void = () => {}): VersionLife {
  let status: VersionStatus = { state: "loading", reason: "", since: clock.now() };
  let loaded: LoadedVersion | undefined;
  let signature: Signature | undefined;
  let pins = 0;
  let unpinned = Promise.withResolvers<void>();

  const become = (state: LifeState, reason: string): void => {
    status = { state, reason, since: clock.now() };
    changed();
  };

  return {
    get status() {
      return status;
    },
    get signature() {
      return signature;
    },
    ready(version) {
      loaded = version;
      signature = version.signature;
      become("ready", "");
    },
    fail(problems, read) {
      signature = read;
      become("unavailable", problems.join("; "));
    },
    pin() {
      if (loaded === undefined || status.state !== "ready") {
        throw new Error(`a version that is ${status.state} cannot be pinned`);
      }
      pins += 1;
      return loaded;
    },
    unpin() {
      pins -= 1;
      if (pins === 0) unpinned.resolve();
    },
    async unload() {
      if (loaded === undefined || status.state !== "ready") return;
      become("unloading", "the server unloads the version");
      unpinned = Promise.withResolvers();
      if (pins > 0) await unpinned.promise;
      loaded.telemetry.close();
      await loaded.model.release();
      loaded = undefined;
      become("unavailable", "unloaded");
    },
  };
}
