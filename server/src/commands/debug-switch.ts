import type { LogLevel } from "../core/log.ts";
import type { ServerLog } from "../telemetry/log/server-log.ts";

/** Turns the log's level `debug` on and off while a server runs. */
export interface DebugSwitch {
  /** Turns it on, or off: back to the level that the server was started with. */
  readonly toggle: () => void;
  /** Calls back with each new level. */
  readonly follow: (changed: (level: LogLevel) => void) => void;
}

/** Makes the switch of a log. One that was started with `debug` is switched to `info`. */
export function createDebugSwitch(log: Pick<ServerLog, "log" | "level" | "setLevel">): DebugSwitch {
  const usual = log.level === "debug" ? "info" : log.level;
  const followers: ((level: LogLevel) => void)[] = [];
  const tell = (level: LogLevel): void =>
    log.log("info", `the log's level is ${level}`, { to: level });
  return {
    toggle() {
      const level = log.level === "debug" ? usual : "debug";
      // Told while `debug` is on, whatever the other level is.
      if (level !== "debug") tell(level);
      log.setLevel(level);
      if (level === "debug") tell(level);
      for (const changed of followers) changed(level);
    },
    follow: (changed) => void followers.push(changed),
  };
}
