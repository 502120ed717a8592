import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallQueue } from "./call-queue.ts";
import { WaitingCall } from "./waiting-call.ts";

function waitingOf(rowCount: number, urgency?: number): WaitingCall {
  const { signal } = new AbortController();
  const call = {
    feeds: { tensors: [], rowCount },
    outputs: [],
    signal,
    deadline: Infinity,
    urgency,
  };
  return new WaitingCall(call, { answer() {}, fail() {} });
}

function listOf(queue: CallQueue): readonly WaitingCall[] {
  const listed: WaitingCall[] = [];
  for (let each = queue.first(); each !== undefined; each = queue.after(each)) listed.push(each);
  return listed;
}

describe("CallQueue", () => {
  it("holds the calls by urgency and then in their order, whichever leave", () => {
    const callArbitrary = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      urgency: fc.integer({ min: 0, max: 7 }),
      leaves: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(callArbitrary), (calls) => {
        const queue = new CallQueue();
        const all = calls.map(({ rows, urgency, leaves }) => ({
          waiting: waitingOf(rows, urgency),
          rows,
          urgency,
          leaves,
        }));
        for (const { waiting } of all) queue.push(waiting);
        for (const { waiting, leaves } of all) if (leaves) waiting.fail(new Error("left"));
        const staying = all.filter(({ leaves }) => !leaves);
        const ordered = staying.toSorted((a, b) => a.urgency - b.urgency);
        const rowsOf = (list: typeof all) => list.reduce((sum, { rows }) => sum + rows, 0);
        expect(listOf(queue)).toEqual(ordered.map(({ waiting }) => waiting));
        expect([queue.calls, queue.rows]).toEqual([staying.length, rowsOf(staying)]);
        for (let urgency = 0; urgency <= 7; urgency += 1) {
          const before = staying.filter((each) => each.urgency <= urgency);
          expect(queue.ahead(urgency)).toEqual({ calls: before.length, rows: rowsOf(before) });
        }
      }),
    );
  });

  it.each([undefined, -1, 8, 2.5, Number.NaN])("counts the urgency %s as 3", (urgency) => {
    const queue = new CallQueue();
    const calls = [3, urgency, 3, 2, 4].map((each) => waitingOf(1, each));
    for (const waiting of calls) queue.push(waiting);
    expect(listOf(queue)).toEqual([3, 0, 1, 2, 4].map((index) => calls[index]));
  });
});
