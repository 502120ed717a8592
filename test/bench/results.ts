import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { pinned } from "./process.ts";
import type { Measured, Target } from "./targets.ts";

/** A run, as it is kept. */
export interface Results extends Measured {
  readonly date: string;
  /** The short hash of the commit, with `-dirty` if files were changed since. */
  readonly commit: string;
  readonly quick: boolean;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** Whether servers and load generator had a core each. */
  readonly pinned: boolean;
  readonly targets: readonly Target[];
}

/** Adds to what was measured where and when it was. */
export function describeRun(
  measured: Measured,
  { targets, quick }: { readonly targets: readonly Target[]; readonly quick: boolean },
): Results {
  return {
    date: new Date().toISOString(),
    commit: describeCommit(),
    quick,
    node: process.version,
    processor: cpus()[0]?.model ?? "",
    cores: cpus().length,
    pinned,
    targets,
    ...measured,
  };
}

function describeCommit(): string {
  const commit = git("rev-parse", "--short", "HEAD");
  if (commit === "") return "unknown";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? commit : `${commit}-dirty`;
}

function git(...args: readonly string[]): string {
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}

/** Writes a run into the history, and gives the file's path. */
export function writeResults(results: Results): string {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${results.date.slice(0, 10)}-${results.commit}.json`, folder);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}
