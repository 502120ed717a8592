import { describe, expect, it } from "vitest";
import { formatValue } from "./units.ts";

describe("formatValue()", () => {
  it.each([
    { value: 0.000_25, unit: "s", text: "250 µs" },
    { value: 0.0123, unit: "s", text: "12.3 ms" },
    { value: 0, unit: "s", text: "0 s" },
    { value: 90, unit: "dtdurations", text: "1.5 min" },
    { value: 0.0567, unit: "percentunit", text: "5.67 %" },
    { value: 1536, unit: "bytes", text: "1.5 KiB" },
    { value: 12_345, unit: "reqps", text: "12.3k req/s" },
    { value: 3, unit: "none", text: "3" },
    { value: Number.NaN, unit: "s", text: "–" },
  ])("writes $value in $unit as $text", ({ value, unit, text }) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});
