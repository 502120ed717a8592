import { describe, expect, it } from "vitest";
import { tellableFields } from "./tellable-field.ts";

const names = ["rows", "tensors", "data", "LSTAT", "sepal.length", "sepal", "x[0]", "__proto__"];
const knows = (name: string): boolean => new Set(names).has(name);

describe("tellableFields()", () => {
  const cases: [string, string, string][] = [
    ["a field of the server's own", "rows", "rows"],
    ["a feature of a row", "rows[0].LSTAT", "rows[0].LSTAT"],
    ["an element of a feature", "rows[12].LSTAT[3][4]", "rows[12].LSTAT[3][4]"],
    ["a field of an input", "tensors[1].data", "tensors[1].data"],
    ["a name with a dot in it", "rows[0].sepal.length", "rows[0].sepal.length"],
    ["a name with brackets in it", "rows[0].x[0][7]", "rows[0].x[0][7]"],
    ["a name that every object has", "rows[0].__proto__", "rows[0].__proto__"],
    ["a place without a name", "rows[0]", "rows[0]"],
    ["no name of the caller's", "rows[0].tell-nobody", "rows[0].…"],
    ["no name that begins as one of ours", "rows[0].LSTATtell-nobody", "rows[0].…"],
    ["no name below one of ours", "rows[0].LSTAT.tell-nobody", "rows[0].LSTAT.…"],
    ["nothing behind a name of the caller's", "tell.rows[0].LSTAT", "…"],
    ["no index that is a name", "rows[0].[271828]", "rows[0].…"],
    ["no index that is no index", "rows[tell-nobody]", "rows…"],
    ["no index that nobody has", "rows[2718281828]", "rows…"],
    ["nothing of a text that is no path", "tell nobody", "…"],
    ["nothing behind what is cut off", `rows[0].${"x".repeat(10_000)}`, "rows[0].…"],
  ];
  it.each(cases)("tells %s", (_, path, told) => {
    expect(tellableFields([path], knows)).toEqual([told]);
  });

  it("tells what is the same once, and nothing of no field", () => {
    expect(tellableFields(["rows[0].a", "rows[0].b", "", "data"], knows)).toEqual([
      "rows[0].…",
      "data",
    ]);
  });

  it("tells ten at most", () => {
    const paths = Array.from({ length: 1000 }, (_, row) => `rows[${row}].LSTAT`);
    expect(tellableFields(paths, knows)).toEqual(paths.slice(0, 10));
  });
});
