import type { JsonValue } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { contractOf } from "../../../test/support/contracts.ts";
import { matrix, people, pixels } from "../../../test/support/example-signatures.ts";
import type { Contract } from "../contracts/contract.ts";
import { findFieldViolations } from "./field-violations.ts";

const person = contractOf(people);

function told({ row }: Contract, json: JsonValue): readonly string[] {
  return findFieldViolations(row, json).map(({ field, description }) => `${field}: ${description}`);
}

describe("findFieldViolations()", () => {
  it("finds nothing in what can be read", () => {
    expect(told(person, { sex: "SEX_MALE", alone: true, class: "3", age: null })).toEqual([]);
  });

  it.each([
    { json: { age: "old" }, text: 'age: expected a number, got "old"' },
    { json: { age: 1e39 }, text: "age: expected a number within the range of FP32, got 1e+39" },
    { json: { class: 1.5 }, text: "class: expected an integer, got 1.5" },
    { json: { alone: 1 }, text: "alone: expected true or false, got 1" },
    { json: { sex: "x" }, text: 'sex: expected one of SEX_FEMALE, SEX_MALE, got "x"' },
    { json: { agee: 1 }, text: "agee: unknown field, expected sex, alone, class, age" },
    { json: [1], text: ": expected an object, got a list of 1" },
  ])("tells of $json", ({ json, text }) => {
    expect(told(person, json)).toEqual([text]);
  });

  it("finds every one of several", () => {
    expect(told(person, { age: "old", alone: 1, agee: 1 })).toHaveLength(3);
  });

  it("names the items of lists, and the fields of messages in messages", () => {
    expect(told(contractOf(pixels), { x: [1, "a", 3] })).toEqual([
      'x[1]: expected a number, got "a"',
    ]);
    expect(told(contractOf(pixels), { x: 1 })).toEqual(["x: expected a list, got 1"]);
    expect(told(contractOf(matrix), { x: { shape: [2, 3], values: [true] } })).toEqual([
      "x.values[0]: expected an integer from -2147483648 to 2147483647, got true",
    ]);
    const batch = { rows: [{ age: 1 }, { age: "a" }] };
    expect(findFieldViolations(person.batch, batch)).toEqual([
      { field: "rows[1].age", description: 'expected a number, got "a"' },
    ]);
  });
});
