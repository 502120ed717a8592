import { describe, expect, it } from "vitest";
import { compileTimeout } from "./options.ts";

describe("compileTimeout()", () => {
  const cases: [number | undefined, number | undefined][] = [
    [undefined, undefined],
    [0.5, 0.5],
    [2_147_483_647, 2_147_483_647],
    [2_147_483_648, undefined],
    [Infinity, undefined],
  ];
  for (const [given, expected] of cases) {
    it(`makes ${expected} of ${given}`, () => {
      expect(compileTimeout(given)).toBe(expected);
    });
  }

  for (const given of [0, -1, Number.NaN]) {
    it(`refuses ${given}`, () => {
      expect(() => compileTimeout(given)).toThrow(
        `timeoutMs: expected more than 0 milliseconds, or Infinity, got ${given}`,
      );
    });
  }
});
