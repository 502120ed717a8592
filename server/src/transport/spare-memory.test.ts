import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findSoleMemory, largeBytes, type SoleMemory } from "../core/sole-memory.ts";
import { createSpareMemory, type SpareMemory } from "./spare-memory.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Takes memory, writes a mark into it, and gives it back; gives the view that somebody kept. */
function use(spare: SpareMemory, bytes: number, mark: number): Uint8Array<ArrayBuffer> {
  const view = new Uint8Array(spare.take(bytes), 0, 1).fill(mark);
  spare.giveBack(memoryOf(view.buffer));
  return view;
}

function memoryOf(buffer: ArrayBuffer): SoleMemory {
  const memory = findSoleMemory(buffer);
  if (memory === undefined) throw new Error("not noted");
  return memory;
}

const bytes = 2 * largeBytes;

describe("createSpareMemory()", () => {
  it("gives memory to the next call, and empties what is left of the last", () => {
    const spare = createSpareMemory();
    const kept = use(spare, bytes, 7);
    const next = spare.take(bytes);
    expect(new Uint8Array(next)[0]).toBe(7);
    expect(kept).toHaveLength(0);
    expect(kept.buffer.detached).toBe(true);
  });

  it.each([
    ["larger", bytes + 1],
    ["less than half as large", bytes / 2 - 1],
  ])("gives other memory to a call that asks for what is %s", (_, asked) => {
    const spare = createSpareMemory();
    use(spare, bytes, 7);
    expect(spare.take(asked).byteLength).toBe(asked);
    expect(spare.take(bytes).byteLength).toBe(bytes);
  });

  it("keeps one, and frees the others", () => {
    const spare = createSpareMemory();
    const [one, other] = [spare.take(bytes), spare.take(bytes)];
    spare.giveBack(memoryOf(one));
    spare.giveBack(memoryOf(other));
    expect([one.detached, other.detached]).toEqual([true, true]);
    expect(spare.take(bytes).byteLength).toBe(bytes);
  });

  it("frees it when no call comes for a second", () => {
    const spare = createSpareMemory();
    use(spare, bytes, 7);
    vi.advanceTimersByTime(999);
    expect(new Uint8Array(spare.take(bytes))[0]).toBe(7);
    use(spare, bytes + 1, 8);
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves memory that has gone to another thread", () => {
    const spare = createSpareMemory();
    const memory = memoryOf(spare.take(bytes));
    memory.buffer.transfer();
    spare.giveBack(memory);
    expect(vi.getTimerCount()).toBe(0);
  });
});
