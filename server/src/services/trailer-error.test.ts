import { Buffer } from "node:buffer";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invalidInput, ServingError } from "../core/errors.ts";
import { toConnectError } from "./errors.ts";
import { fitTrailers } from "./trailer-error.ts";

/** The bytes of an error's trailers. */
function trailerBytes(error: ServingError): number {
  const trailer = setTrailerStatus(new Headers(), toConnectError(error));
  return Buffer.byteLength([...trailer].flat().join(""));
}

describe("fitTrailers()", () => {
  it("leaves an error alone that fits", () => {
    const error = invalidInput([{ field: "rows[0].x", description: "missing" }]);
    expect(fitTrailers(error)).toBe(error);
  });

  it("keeps as many violations as fit, and counts the others", () => {
    const violations = Array.from({ length: 1000 }, (_, row) => ({
      field: `rows[${row}].sepal_length`,
      description: "expected a number, got text",
    }));
    const fitted = fitTrailers(invalidInput(violations, 200));
    expect(fitted.violations).toEqual(violations.slice(0, fitted.violations.length));
    expect(fitted.violations.length).toBeGreaterThan(50);
    expect(fitted.violations.length + fitted.violationsLeftOut).toBe(1200);
    expect(fitted.message).toContain("and 1197 more");
  });

  it("cuts names and messages that are too long by themselves", () => {
    const [field, description] = ["f".repeat(70_000), "d".repeat(70_000)];
    const fitted = fitTrailers(invalidInput([{ field, description }]));
    expect(fitted.violations).toEqual([
      { field: `${"f".repeat(200)}…`, description: `${"d".repeat(200)}…` },
    ]);
    expect(fitted.message).toBe(`${"f".repeat(300)}…`);
  });

  it("keeps the reason, the cause and when to call again", () => {
    const facts = { retryAfterMs: 1500, cause: "c" };
    const fitted = fitTrailers(new ServingError("VERSION_NOT_READY", "m".repeat(1000), facts));
    expect(fitted).toMatchObject({ reason: "VERSION_NOT_READY", ...facts });
  });

  it("keeps the trailers of any error below 8 KiB", () => {
    const text = fc.string({ unit: "binary", maxLength: 400 });
    const violations = fc.array(fc.record({ field: text, description: text }), { maxLength: 300 });
    fc.assert(
      fc.property(violations, (given) => {
        expect(trailerBytes(fitTrailers(invalidInput(given)))).toBeLessThan(8192);
      }),
    );
  });
});
