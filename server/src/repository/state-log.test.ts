import { describe, expect, it } from "vitest";
import type { LogFields, LogLevel } from "../core/log.ts";
import { createVersionLife, type VersionLife } from "./lifecycle.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { describeModel } from "./model-state.ts";
import { logStates } from "./state-log.ts";

const clock = { now: () => 0 };
const loaded = {
  signature: { inputs: [], outputs: [], features: [] },
  model: { release: async () => {} },
  telemetry: { close() {} },
} as unknown as LoadedVersion;

type Line = readonly [LogLevel, string, LogFields];

/** A manager of one model, with versions 1 and 2, and what is told of it. */
function listen(): { readonly lives: readonly [VersionLife, VersionLife]; readonly lines: Line[] } {
  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());
  const lives = [createVersionLife(clock, changed), createVersionLife(clock, changed)] as const;
  const found = { name: "iris", manifest: undefined, contractLock: undefined, versions: [] };
  const lines: Line[] = [];
  logStates(
    {
      models: () => [
        describeModel({
          found,
          manifest: undefined,
          problems: [],
          versions: new Map([
            [1n, lives[0]],
            [2n, lives[1]],
          ]),
        }),
      ],
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    (level, message, fields = {}) => lines.push([level, message, fields]),
  );
  return { lives, lines };
}

describe("logStates()", () => {
  it("tells once of each state that a version comes into, and why", async () => {
    const { lives, lines } = listen();
    lives[0].ready(loaded);
    lives[1].fail(["model.yaml: one", "two"], undefined);
    await lives[0].unload();
    const of = (version: string, state: string, problem?: string): LogFields => ({
      model: "iris",
      version,
      state,
      problem,
    });
    const problem = "model.yaml: one; two";
    expect(lines).toEqual([
      ["info", "iris 1 is READY", of("1", "ready")],
      ["debug", "iris 2 is LOADING", of("2", "loading")],
      ["warn", "iris 2 is UNAVAILABLE", of("2", "unavailable", problem)],
      ["debug", "iris 1 is UNLOADING", of("1", "unloading", "the server unloads the version")],
      ["info", "iris 1 is unloaded", of("1", "unavailable", "unloaded")],
    ]);
  });
});
