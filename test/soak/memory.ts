import { readFileSync } from "node:fs";
import { readMemoryMb } from "../bench/proc.ts";

/**
 * The memory in RAM of a process and all that it started, in megabytes of 10^6
 * bytes; undefined if one of them ends just now. Linux only.
 */
export function readTreeMemoryMb(pid: number): number | undefined {
  try {
    return sumMemoryMb(pid);
  } catch {
    return undefined;
  }
}

function sumMemoryMb(pid: number): number {
  return listTree(pid).reduce((sum, each) => sum + readMemoryMb(each), 0);
}

/** Has a soaked server and all its processes collect their garbage, soon. */
export function collectGarbage(pid: number): void {
  try {
    for (const each of listTree(pid)) process.kill(each, "SIGWINCH");
  } catch {
    // One of them ends just now.
  }
}

function listTree(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(listTree)];
}

/** Node starts processes from its first thread, whose number is the process's. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
  return text
    .split(" ")
    .filter((part) => part.trim() !== "")
    .map(Number);
}

/** The bytes of V8's heap that are used, as a page of metrics in Prometheus' format tells; undefined if it does not. */
export function readHeapMb(page: string): number | undefined {
  const bytes = [...page.matchAll(/^v8js_memory_heap_used_bytes(?:\{[^}]*\})? ([\d.e+]+)$/gm)];
  if (bytes.length === 0) return undefined;
  return bytes.reduce((sum, [, each]) => sum + Number(each), 0) / 1e6;
}
