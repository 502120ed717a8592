import { describe, expect, it } from "vitest";
import { readMemoryMb } from "../bench/proc.ts";
import { readHeapMb, readTreeMemoryMb } from "./memory.ts";

describe("readTreeMemoryMb()", () => {
  it("is at least the memory of the process itself", () => {
    const own = readMemoryMb(process.pid);
    expect(own).toBeGreaterThan(10);
    expect(readTreeMemoryMb(process.ppid)).toBeGreaterThan(own / 2);
  });

  it("is not known of a process that is gone", () => {
    expect(readTreeMemoryMb(0)).toBeUndefined();
  });
});

describe("readHeapMb()", () => {
  it.each([
    { page: "a 1\nv8js_memory_heap_used_bytes 25000000\nb 2\n", heap: 25 },
    { page: "v8js_memory_heap_used_bytes 1.5e+6\n", heap: 1.5 },
    {
      page: 'v8js_memory_heap_used_bytes{process="1"} 1000000\nv8js_memory_heap_used_bytes{process="2"} 2000000\n',
      heap: 3,
    },
    { page: "# HELP v8js_memory_heap_used_bytes of V8\nother 1\n", heap: undefined },
  ])("reads $heap", ({ page, heap }) => {
    expect(readHeapMb(page)).toBe(heap);
  });
});
