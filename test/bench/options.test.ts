import { describe, expect, it } from "vitest";
import { describeOptions, modes, parseOptions } from "./options.ts";

const plain = { quick: false, json: false, mode: undefined, only: undefined };

describe("parseOptions()", () => {
  it.each([
    { args: [], options: {} },
    { args: ["--large"], options: { mode: "large" } },
    { args: ["--isolation", "--quick"], options: { mode: "isolation", quick: true } },
    { args: ["--overload", "--json"], options: { mode: "overload", json: true } },
    { args: ["--client"], options: { mode: "client" } },
    { args: ["--feedback"], options: { mode: "feedback" } },
    { args: ["--telemetry", "--quick"], options: { mode: "telemetry", quick: true } },
    { args: ["--only", "a, b"], options: { only: new Set(["a", "b"]) } },
  ])("reads $args", ({ args, options }) => {
    const parsed = parseOptions(args, ["a", "b"]);
    expect(parsed).toEqual({ kind: "run", options: { ...plain, ...options } });
  });

  it.each([
    { args: ["--large", "--client"], reason: "--client and --large: one of them at a time" },
    { args: ["--only", "a,c"], reason: '--only: unknown name "c"; known: a, b' },
  ])("refuses $args", ({ args, reason }) => {
    expect(parseOptions(args, ["a", "b"])).toEqual({ kind: "wrong", reason });
  });
});

describe("describeOptions()", () => {
  it.each(modes)("explains --%s", (mode) => {
    expect(describeOptions([])).toMatch(new RegExp(`^  --${mode} +instead: `, "m"));
  });
});
