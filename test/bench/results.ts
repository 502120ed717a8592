import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { ClientRow } from "./clients.ts";
import type { FeedbackFigures } from "./feedback.ts";
import type { Isolation } from "./isolation.ts";
import type { LargeRow } from "./large.ts";
import type { Mode } from "./options.ts";
import type { OverloadRow } from "./overload.ts";
import { pinned } from "./process.ts";
import type { Measured, Target } from "./targets.ts";
import type { TelemetryRound } from "./telemetry.ts";
import type { TypedFigures } from "./typed.ts";

/** Where and when a run was. */
export interface RunFacts {
  readonly date: string;
  /** The short hash of the commit, with `-dirty` if files were changed since. */
  readonly commit: string;
  readonly quick: boolean;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** Whether servers and load generator had a core each. */
  readonly pinned: boolean;
}

/** A run, as it is kept. */
export interface Results extends RunFacts, Measured {
  readonly targets: readonly Target[];
}

/** What a run with a mode measured. */
export type ModeFigures =
  | { readonly overload: readonly OverloadRow[] }
  | { readonly clients: readonly ClientRow[]; readonly targets: readonly Target[] }
  | { readonly large: readonly LargeRow[]; readonly targets: readonly Target[] }
  | { readonly isolation: Isolation; readonly targets: readonly Target[] }
  | { readonly feedback: FeedbackFigures; readonly targets: readonly Target[] }
  | { readonly typed: TypedFigures; readonly targets: readonly Target[] }
  | { readonly telemetry: readonly TelemetryRound[]; readonly targets: readonly Target[] };

/** Any run, as it is kept. */
export type AnyResults = Results | (RunFacts & ModeFigures);

/** Tells where and when a run is. */
export function describeRun(quick: boolean): RunFacts {
  return {
    date: new Date().toISOString(),
    commit: describeCommit(),
    quick,
    node: process.version,
    processor: cpus()[0]?.model ?? "",
    cores: cpus().length,
    pinned,
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

/** Writes a run into the history, under the name of its mode, and gives the file's path. */
export function writeResults(results: AnyResults, mode?: Mode): string {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const kind = mode === undefined ? "" : `-${mode}`;
  const file = new URL(`${results.date.slice(0, 10)}-${results.commit}${kind}.json`, folder);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}
