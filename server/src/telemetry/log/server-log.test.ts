import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServingError } from "../../core/errors.ts";
import type { LogLevel } from "../../core/log.ts";
import { openServerLog, type ServerLog } from "./server-log.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

interface Opened {
  readonly log: ServerLog;
  readonly texts: readonly string[];
  /** The lines, without their time and number of the process. */
  readonly lines: () => readonly object[];
}

async function open(level: LogLevel = "info", format: "json" | "pretty" = "json"): Promise<Opened> {
  const texts: string[] = [];
  const log = await openServerLog({ level, format, stream: { write: (text) => texts.push(text) } });
  const lines = (): readonly object[] =>
    texts.map((text) => {
      const { time: _, pid: __, ...line } = JSON.parse(text) as Record<string, unknown>;
      return line;
    });
  return { log, texts, lines };
}

describe("log()", () => {
  it("writes a line of JSON", async () => {
    const { log, texts } = await open();
    log.log("warn", "the store is away", { reason: "STORE_UNAVAILABLE", missing: undefined });
    expect(texts).toEqual([
      `{"level":"warn","time":"1970-01-01T00:00:00.000Z","pid":${process.pid},` +
        `"reason":"STORE_UNAVAILABLE","msg":"the store is away"}\n`,
    ]);
  });

  it("writes a line for a person", async () => {
    const { log, texts } = await open("info", "pretty");
    log.log("info", "serving", { url: "http://localhost:8080" });
    expect(texts).toEqual([
      expect.stringMatching(/^\[.*INFO.*serving.*http:\/\/localhost:8080.*\n$/s),
    ]);
    expect(texts[0]?.split("\n")).toHaveLength(2);
  });

  it("tells no password that a message holds", async () => {
    const { log, lines } = await open();
    log.log("error", "cannot serve: postgres://user:tell-nobody@host");
    expect(lines()).toEqual([{ level: "error", msg: "cannot serve: postgres://…@host" }]);
  });

  it("writes few lines of a kind, and how many were left out", async () => {
    const { log, lines } = await open();
    for (let count = 0; count < 10_000; count += 1)
      log.log("warn", "call failed", { code: "RESOURCE_EXHAUSTED", reason: "OVERLOADED", count });
    log.log("info", "call failed", { code: "NOT_FOUND", reason: "MODEL_NOT_FOUND" });
    expect(lines()).toHaveLength(11);
    expect(log.linesLeftOut()).toBe(9990);
    vi.advanceTimersByTime(1000);
    expect(lines().slice(11)).toEqual([
      {
        level: "warn",
        code: "RESOURCE_EXHAUSTED",
        reason: "OVERLOADED",
        left_out: 9990,
        msg: "9990 more lines like this were left out: call failed",
      },
    ]);
  });

  it("writes every answered call that it is given", async () => {
    const { log, texts } = await open();
    for (let count = 0; count < 1000; count += 1) log.log("info", "call answered", { code: "OK" });
    expect([texts.length, log.linesLeftOut()]).toEqual([1000, 0]);
  });

  it("writes every line at the level debug", async () => {
    const { log, texts } = await open("debug");
    for (let count = 0; count < 1000; count += 1) log.log("warn", "call failed");
    expect([texts.length, log.linesLeftOut()]).toEqual([1000, 0]);
  });

  it("writes what was left out when it is closed", async () => {
    const { log, lines } = await open();
    for (let count = 0; count < 12; count += 1) log.log("info", "again");
    log.close();
    expect(lines().slice(10)).toEqual([
      {
        level: "info",
        left_out: 2,
        msg: "2 more lines like this were left out: again",
      },
    ]);
  });
});

describe("reportFault()", () => {
  it("tells a fault with where it happened", async () => {
    const { log, lines } = await open();
    log.reportFault(new TypeError("no such thing"));
    expect(lines()).toEqual([
      {
        level: "error",
        err: {
          type: "TypeError",
          message: "no such thing",
          stack: expect.stringMatching(/^\s+at .*server-log\.test\.ts/),
        },
        msg: "fault: no such thing",
      },
    ]);
  });

  it("tells no words of an error that is written for the caller", async () => {
    const { log, texts } = await open();
    log.reportFault(new ServingError("MODEL_ANSWER_INVALID", "the class tell-nobody"));
    expect(texts).toEqual([expect.stringContaining('"msg":"fault: MODEL_ANSWER_INVALID"')]);
    expect(texts[0]).not.toContain("tell-nobody");
  });

  it("writes few of one kind, whatever their messages are", async () => {
    const { log, texts } = await open();
    for (let count = 0; count < 100; count += 1) log.reportFault(new Error(`fault ${count}`));
    expect([texts.length, log.linesLeftOut()]).toEqual([10, 90]);
  });
});

describe("setLevel()", () => {
  it("writes lines from that level on", async () => {
    const { log, lines } = await open("warn");
    log.log("info", "one");
    expect([log.level, log.tells("info"), log.tells("warn")]).toEqual(["warn", false, true]);
    log.setLevel("debug");
    log.log("debug", "two");
    expect([log.level, log.tells("debug")]).toEqual(["debug", true]);
    log.setLevel("warn");
    log.log("info", "three");
    expect(lines()).toEqual([{ level: "debug", msg: "two" }]);
  });

  it("counts nothing as left out that no level would write", async () => {
    const { log } = await open("error");
    for (let count = 0; count < 100; count += 1) log.log("warn", "again");
    expect(log.linesLeftOut()).toBe(0);
  });
});
