import { describe, expect, it } from "vitest";
import { createLedger } from "./ledger.ts";

const iris = { model: "iris", version: "1" };

describe("createLedger()", () => {
  it("counts rows that are under way, and rows that are kept", () => {
    const ledger = createLedger();
    ledger.begin(iris, 3);
    ledger.begin(iris, 2);
    ledger.keep(iris, 3);
    expect(ledger.read(iris)).toEqual({ begun: 5, kept: 3 });
  });

  it("tells versions apart, and knows nothing of others", () => {
    const ledger = createLedger();
    ledger.begin(iris, 1);
    expect(ledger.read({ ...iris, version: "2" })).toEqual({ begun: 0, kept: 0 });
  });
});
