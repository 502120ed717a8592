import type { Log, LogLevel } from "../core/log.ts";
import type { LifeState, VersionStatus } from "./lifecycle.ts";
import type { Manager } from "./manager.ts";

/** Tells of each change of a version's state, until the returned function is called. */
export function logStates(manager: Pick<Manager, "models" | "subscribe">, log: Log): () => void {
  const known = new Map<string, LifeState>();
  return manager.subscribe(() => {
    for (const { name, versions } of manager.models()) {
      for (const { version, status } of versions) {
        const key = `${name} ${version}`;
        if (known.get(key) === status.state) continue;
        known.set(key, status.state);
        log(levelOf(status), `${key} is ${nameOf(status)}`, {
          model: name,
          version: version.toString(),
          state: status.state,
          problem: status.reason || undefined,
        });
      }
    }
  });
}

/** At its end a version is unavailable because it was unloaded, which is as it should be. */
function isUnloaded({ state, reason }: VersionStatus): boolean {
  return state === "unavailable" && reason === "unloaded";
}

function nameOf(status: VersionStatus): string {
  return isUnloaded(status) ? "unloaded" : status.state.toUpperCase();
}

function levelOf(status: VersionStatus): LogLevel {
  switch (status.state) {
    case "loading":
    case "unloading":
      return "debug";
    case "ready":
      return "info";
    case "unavailable":
      return isUnloaded(status) ? "info" : "warn";
  }
}
