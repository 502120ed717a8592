import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FeatureInfo } from "@presage/sdk/node";
import { afterAll, describe, expect, it } from "vitest";
import { isRow, type ReadRow, readRows } from "./row-file.ts";

const root = mkdtempSync(join(tmpdir(), "presage-rows-"));
afterAll(() => rmSync(root, { recursive: true }));

const types: readonly [string, FeatureInfo["dataType"]][] = [
  ["sex", "STRING"],
  ["alone", "BOOL"],
  ["id", "INT64"],
  ["age", "FP64"],
];
const features = types.map(([name, dataType]) => ({ name, dataType }) as FeatureInfo);

function read(name: string, text: string): Promise<readonly ReadRow[]> {
  const path = join(root, name);
  writeFileSync(path, text);
  return Array.fromAsync(readRows(path, features));
}

async function rowsOf(name: string, text: string): Promise<readonly unknown[]> {
  return (await read(name, text)).map(({ row }) => row);
}

describe("readRows()", () => {
  const files: [string, string, string, unknown[]][] = [
    ["a list in JSON", "a.json", '[{"age": 1}, [2, "x"]]', [{ age: 1 }, [2, "x"]]],
    ["an empty list", "a.json", "[]", []],
    ["a row a line", "a.ndjson", '{"age": 1}\n[2]\n', [{ age: 1 }, [2]]],
    [
      "a row a line, without the last break",
      "a.jsonl",
      '{"age": 1}\r\n\r\n  \n{"age": 2}',
      [{ age: 1 }, { age: 2 }],
    ],
    ["an extension of any case", "a.JSON", "[[1]]", [[1]]],
    [
      "cells by the types of their features",
      "a.csv",
      "sex,alone,id,age\nmale,true,7,22.5\n1,0,-8,1e3\n",
      [
        { sex: "male", alone: true, id: 7, age: 22.5 },
        { sex: "1", alone: false, id: -8, age: 1000 },
      ],
    ],
    ["empty cells, as missing", "a.csv", "sex,age\n,\nx,\n", [{}, { sex: "x" }]],
    [
      "integers beyond 2^53 as text",
      "a.csv",
      "id\n9007199254740993\n9007199254740991\n",
      [{ id: "9007199254740993" }, { id: 9007199254740991 }],
    ],
    [
      "what does not fit, for the server to refuse",
      "a.csv",
      "alone,age,id\nmaybe,old,x\n",
      [{ alone: "maybe", age: "old", id: "x" }],
    ],
    ["columns that are no features", "a.csv", "name\n 12 \n", [{ name: "12" }]],
    [
      "quotes, spaces, a byte order mark and line breaks of Windows",
      "a.csv",
      '\u{feff}"sex", age\r\n"a, ""b""", 1\r\n\r\n',
      [{ sex: 'a, "b"', age: 1 }],
    ],
  ];
  it.each(files)("reads %s", async (_, name, text, rows) => {
    expect(await rowsOf(name, text)).toEqual(rows);
  });

  const refused: [string, string, string, string][] = [
    [
      "another extension",
      "a.txt",
      "[]",
      "a.txt: expected a file that ends in .json, .ndjson, .jsonl or .csv",
    ],
    ["a JSON file that is no list", "a.json", "{}", "a.json: expected a list of rows"],
    [
      "a JSON list of what are no rows",
      "a.json",
      "[[1], 5]",
      "a.json, row 2: expected an object or a list",
    ],
    ["null for a row", "a.json", "[null]", "a.json, row 1: expected an object or a list"],
    ["a line that is no JSON", "a.ndjson", "[1]\n\n{a: 1}\n", "a.ndjson, line 3: not JSON"],
    ["a line that is no row", "a.ndjson", "5\n", "a.ndjson, row 1: expected an object or a list"],
    ["a row with too many cells", "a.csv", "age\n1,2\n", "Invalid Record Length"],
    ["a file that is cut", "a.json", "[[1],", "a.json: not JSON"],
  ];
  it.each(refused)("refuses %s", async (_, name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
  });

  it.each(["a.json", "a.ndjson", "a.csv"])("refuses %s where there is none", async (name) => {
    const rows = Array.fromAsync(readRows(join(root, "gone", name), features));
    await expect(rows).rejects.toThrow("ENOENT");
  });

  it("counts rows, and tells how far it is", async () => {
    const rows = await read("a.json", "[[1], [2], [3], [4]]");
    expect(rows.map(({ number, progress }) => [number, progress])).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
      [4, 1],
    ]);
  });

  it.each([
    ["a.ndjson", "[1]\n\n[2]\n", [1, 3]],
    ["a.csv", "age\n1\n2\n", [1, 2]],
  ])("is done with %s at its last row", async (name, text, numbers) => {
    const rows = await read(name, text);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
    expect(rows.at(-1)?.progress).toBe(1);
  });
});

describe("isRow()", () => {
  const cases: [unknown, boolean][] = [
    [{}, true],
    [[], true],
    [null, false],
    [5, false],
    ["a", false],
    [undefined, false],
  ];
  it.each(cases)("of %j", (value, isOne) => {
    expect(isRow(value)).toBe(isOne);
  });
});
