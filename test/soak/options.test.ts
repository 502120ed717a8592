import { describe, expect, it } from "vitest";
import { describeOptions, parseOptions, warmUpMinutes } from "./options.ts";

const usual = { minutes: 20, rate: 100, processes: 1, json: false };

describe("parseOptions()", () => {
  it.each([
    { args: [], options: {} },
    { args: ["--minutes", "0.5"], options: { minutes: 0.5 } },
    {
      args: ["--rate", "20", "--processes=2", "--json"],
      options: { rate: 20, processes: 2, json: true },
    },
  ])("reads $args", ({ args, options }) => {
    expect(parseOptions(args)).toEqual({ kind: "run", options: { ...usual, ...options } });
  });

  it.each(["-h", "--help"])("helps with %s", (flag) => {
    expect(parseOptions([flag])).toEqual({ kind: "help" });
  });

  it.each([
    {
      args: ["--minutes", "0"],
      reason: '--minutes: expected a number above 0, at most 10080, got "0"',
    },
    {
      args: ["--rate", "many"],
      reason: '--rate: expected a number above 0, at most 5000, got "many"',
    },
    { args: ["--rate", ""], reason: '--rate: expected a number above 0, at most 5000, got ""' },
    { args: ["--processes", "1.5"], reason: "--processes: expected a whole number, got 1.5" },
  ])("refuses $args", ({ args, reason }) => {
    expect(parseOptions(args)).toEqual({ kind: "wrong", reason });
  });

  it("refuses what it does not know", () => {
    expect(parseOptions(["--hours", "1"])).toMatchObject({ kind: "wrong" });
  });
});

describe("describeOptions()", () => {
  it.each(["minutes", "rate", "processes", "json", "help"])("explains --%s", (name) => {
    expect(describeOptions()).toMatch(new RegExp(`^ +(-h, )?--${name} `, "m"));
  });
});

describe("warmUpMinutes()", () => {
  it.each([
    { minutes: 1, warmUp: 0.25 },
    { minutes: 20, warmUp: 5 },
    { minutes: 600, warmUp: 10 },
  ])("leaves $warmUp of $minutes minutes out", ({ minutes, warmUp }) => {
    expect(warmUpMinutes(minutes)).toBe(warmUp);
  });
});
