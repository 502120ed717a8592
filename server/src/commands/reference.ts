import { rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { systemClock } from "../core/clock.ts";
import { createInlineExecutor } from "../engine/inline-executor.ts";
import { createOnnxRuntime } from "../engine/runtimes/onnx.ts";
import { type Reference, referenceText } from "../quality/drift/reference.ts";
import { createDirectorySource } from "../repository/directory-source.ts";
import { referenceFile } from "../repository/drift-settings.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import { createLoader } from "../repository/loader.ts";
import { readManifest } from "../repository/manifest.ts";
import type { FoundModel, FoundVersion } from "../repository/source.ts";
import { type Console, type ExitCode, layOutTable } from "./console.ts";
import { readTrainingRows } from "./training-rows.ts";

/** What `presage reference build` is run with. */
export interface ReferenceCall {
  /** The directory of a model, or of one of its versions. */
  readonly path: string;
  /** A file of the rows that the model was trained on. */
  readonly data: string;
  readonly console: Console;
}

/** Writes what drift of a version is measured against: how the values of rows, and its answers to them, are spread. */
export async function buildReference({ path, data, console }: ReferenceCall): Promise<ExitCode> {
  const found = await findVersion(resolve(path));
  if (found === undefined) {
    console.err(
      `${path}: no such model: expected <models-dir>/<model>, or <models-dir>/<model>/<version>`,
    );
    return 2;
  }
  const loaded = await loadVersion(found, console);
  try {
    const { reference, passedOver } = await readTrainingRows(loaded, data, console);
    const target = join(found.version.directory, referenceFile);
    // Whoever loads the version meanwhile finds the old file or the new one, whole.
    const draft = `${target}.${process.pid}`;
    await writeFile(draft, referenceText(reference));
    await rename(draft, target);
    for (const line of summary(reference)) console.out(line);
    if (passedOver.length > 0) console.err(`no features, left out: ${passedOver.join(", ")}`);
    console.err(`${target}: ${reference.rows} rows; a server reads it when it loads the version`);
    return 0;
  } finally {
    await loaded.model.release();
  }
}

interface FoundTarget {
  readonly model: FoundModel;
  readonly version: FoundVersion;
}

/** Finds a version by its directory; by its model's directory, the highest one. */
async function findVersion(whole: string): Promise<FoundTarget | undefined> {
  if (!(await isDirectory(whole))) return undefined;
  const asModel = await findModel(whole);
  const highest = asModel?.versions.at(-1);
  if (asModel !== undefined && highest !== undefined) return { model: asModel, version: highest };
  const model = await findModel(dirname(whole));
  const version = model?.versions.find(({ directory }) => directory === whole);
  return model === undefined || version === undefined ? undefined : { model, version };
}

async function findModel(directory: string): Promise<FoundModel | undefined> {
  const models = await createDirectorySource(dirname(directory)).scan();
  return models.find(({ name }) => name === basename(directory));
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function loadVersion(
  { model, version }: FoundTarget,
  console: Console,
): Promise<LoadedVersion> {
  const name = `${model.name}/${version.version}`;
  const read = readManifest(model);
  if (read.kind === "invalid") throw cannotLoad(name, read.problems);
  const loader = createLoader({
    runtime: createOnnxRuntime(),
    executor: createInlineExecutor(),
    clock: systemClock,
  });
  let result = await loader.load(version, read.manifest);
  if (result.kind === "failed" && result.problems.every(isOfReference)) {
    // The reference that is to be replaced does not fit, and no version is loaded with such a one.
    const old = join(version.directory, referenceFile);
    await rename(old, `${old}.old`);
    console.err(`${old} does not fit any more, and is now ${referenceFile}.old`);
    result = await loader.load(version, read.manifest);
  }
  if (result.kind === "failed") throw cannotLoad(name, result.problems);
  return result.loaded;
}

function isOfReference(problem: string): boolean {
  return problem.startsWith(`${referenceFile}: `);
}

function cannotLoad(name: string, problems: readonly string[]): Error {
  return new Error(`${name} cannot be loaded:\n${problems.map((each) => `  ${each}`).join("\n")}`);
}

/** A line for each column: what its cells are, and how much is missing or out of range. */
function summary({ rows, columns }: Reference): readonly string[] {
  const share = (count: number): string => `${((100 * count) / rows).toFixed(1)} %`;
  const lines = columns.map((column) => {
    const cells =
      column.kind === "numbers"
        ? `${Math.max(0, column.edges.length - 1)} cells`
        : `${column.values.length} values`;
    return [column.name, column.kind, cells, share(column.missing), share(column.outOfRange)];
  });
  return layOutTable(["COLUMN", "KIND", "", "MISSING", "OUT OF RANGE"], lines);
}
