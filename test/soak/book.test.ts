import { describe, expect, it } from "vitest";
import { createSoakBook } from "./book.ts";

describe("createSoakBook()", () => {
  it("counts by the minute, and in all", () => {
    const book = createSoakBook();
    book.succeeded(2, 10);
    book.noteMemory(0, 100);
    expect(book.closeMinute()).toMatchObject({
      minute: 1,
      calls: 2,
      errors: 0,
      rssMb: 100,
      lastingMb: undefined,
      heapMb: undefined,
    });
    expect(book.isOpen()).toBe(false);
    book.failed("a: b");
    book.noteMemory(0.01, 101);
    book.noteLasting(0.01, 90);
    book.noteHeap(30);
    expect(book.isOpen()).toBe(true);
    const minute = { minute: 2, calls: 1, errors: 1, rssMb: 101, lastingMb: 90, heapMb: 30 };
    expect(book.closeMinute()).toMatchObject(minute);
    expect(book.sumUp()).toMatchObject({
      minutes: [{ minute: 1, calls: 2 }, minute],
      all: { calls: 3, errors: 1, troubles: [{ what: "a: b", count: 1 }] },
      passed: false,
    });
  });

  it.each([
    { name: "calls that went well", act: (calls: number) => calls, growth: 0, passed: true },
    { name: "no call at all", act: () => 0, growth: 0, passed: false },
    { name: "memory that grows", act: (calls: number) => calls, growth: 5, passed: false },
  ])("says of $name whether the run passed: $passed", ({ act, growth, passed }) => {
    const book = createSoakBook();
    book.succeeded(act(10));
    for (let minute = 0; minute <= 20; minute += 1)
      book.noteLasting(minute / 60, 100 + minute * growth);
    expect(book.sumUp().passed).toBe(passed);
  });
});
