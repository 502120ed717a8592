import { describe, expect, it } from "vitest";
import { layOutTable } from "./console.ts";

describe("layOutTable()", () => {
  it("makes columns as wide as their widest cell", () => {
    const rows = [
      ["iris", "1", "READY"],
      ["breast-cancer", "12", ""],
    ];
    expect(layOutTable(["MODEL", "VERSION", "STATE"], rows)).toEqual([
      "MODEL           VERSION   STATE",
      "iris            1         READY",
      "breast-cancer   12",
    ]);
  });

  it("makes a header alone of no rows", () => {
    expect(layOutTable(["A", "B"], [])).toEqual(["A   B"]);
  });

  it("fills up rows that are too short", () => {
    expect(layOutTable(["A", "B"], [["long"]])).toEqual(["A      B", "long"]);
  });
});
