import { describe, expect, it } from "vitest";
import type { LogLevel } from "../core/log.ts";
import { createDebugSwitch } from "./debug-switch.ts";

/** A log that was started with a level, and what it tells. */
function start(level: LogLevel) {
  const told: string[] = [];
  const log = {
    level,
    setLevel(least: LogLevel) {
      log.level = least;
    },
    log: (_level: LogLevel, message: string) => told.push(`${log.level}: ${message}`),
  };
  const levels: LogLevel[] = [];
  const { toggle, follow } = createDebugSwitch(log);
  follow((changed) => levels.push(changed));
  return { toggle, told, levels };
}

describe("toggle()", () => {
  const cases: [LogLevel, readonly LogLevel[]][] = [
    ["info", ["debug", "info", "debug"]],
    ["error", ["debug", "error", "debug"]],
    ["debug", ["info", "debug", "info"]],
  ];
  it.each(cases)("switches a log that was started with %s", (level, expected) => {
    const { toggle, told, levels } = start(level);
    for (const _ of expected) toggle();
    expect(levels).toEqual(expected);
    // Whatever the usual level is, the line is written.
    expect(told).toEqual(expected.map((each) => `debug: the log's level is ${each}`));
  });
});
