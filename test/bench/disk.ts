import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./latency.ts";

const times = 50;
const pageBytes = 4096;

/**
 * Measures how long the disk takes to keep a page for good, where files for
 * temporary use lie: the median, in milliseconds.
 */
export function measureDisk(): number {
  const directory = mkdtempSync(join(tmpdir(), "presage-bench-disk-"));
  const file = openSync(join(directory, "page"), "w");
  try {
    const page = Buffer.alloc(pageBytes, 1);
    const waits = Array.from({ length: times }, () => {
      writeSync(file, page);
      const started = performance.now();
      fdatasyncSync(file);
      return performance.now() - started;
    });
    return median(waits);
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
}
