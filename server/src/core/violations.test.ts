import { describe, expect, it } from "vitest";
import { failureOf, violationsOf } from "../../../test/support/signatures.ts";
import { invalidInput, ServingError } from "./errors.ts";
import { createViolationList, type ViolationList } from "./violations.ts";

function addMany(list: ViolationList, count: number): void {
  for (let index = 0; index < count; index += 1) list.add(`rows[${index}].a`, "missing");
}

describe("createViolationList()", () => {
  it("throws nothing while it is empty", () => {
    const list = createViolationList();
    expect(() => list.throwIfAny()).not.toThrow(Error);
  });

  it("throws everything that was added, in order", () => {
    const list = createViolationList();
    list.add("a", "missing");
    list.add("b", "unknown");
    expect(violationsOf(() => list.throwIfAny())).toEqual(["a: missing", "b: unknown"]);
  });

  const bounds: [number, number, number][] = [
    [999, 999, 0],
    [1000, 1000, 0],
    [1001, 1000, 1],
    [250_000, 1000, 249_000],
  ];
  it.each(bounds)("of %i violations keeps %i and counts %i", (added, kept, leftOut) => {
    const list = createViolationList();
    addMany(list, added);
    const failure = failureOf(() => list.throwIfAny());
    expect(failure.violations).toHaveLength(kept);
    expect(failure.violationsLeftOut).toBe(leftOut);
    expect(failure.message).toBe(
      `rows[0].a: missing; rows[1].a: missing; rows[2].a: missing; and ${added - 3} more`,
    );
  });
});

describe("collect()", () => {
  it("returns what the step returns", () => {
    expect(createViolationList().collect(() => 7)).toBe(7);
  });

  it("adds the violations of a step that throws them", () => {
    const list = createViolationList();
    list.add("first", "missing");
    const result = list.collect(() => {
      throw invalidInput([{ field: "second", description: "unknown" }]);
    });
    expect(result).toBeUndefined();
    expect(violationsOf(() => list.throwIfAny())).toEqual(["first: missing", "second: unknown"]);
  });

  it("keeps count of what the step left out", () => {
    const list = createViolationList();
    list.add("first", "missing");
    list.collect(() => {
      const inner = createViolationList();
      addMany(inner, 5000);
      inner.throwIfAny();
    });
    const failure = failureOf(() => list.throwIfAny());
    expect([failure.violations.length, failure.violationsLeftOut]).toEqual([1000, 4001]);
  });

  const others: [string, Error][] = [
    ["an error of another reason", new ServingError("MODEL_NOT_FOUND", "no")],
    ["a fault", new TypeError("no")],
  ];
  it.each(others)("lets %s through", (_, error) => {
    const step = (): never => {
      throw error;
    };
    expect(() => createViolationList().collect(step)).toThrow(error);
  });
});
