import { Presets, SingleBar } from "cli-progress";
import { ServingError } from "../core/errors.ts";
import { promiseReply } from "../core/reply.ts";
import type { Tensor } from "../core/tensor.ts";
import { isValueObject, type Value } from "../core/value.ts";
import type { Reference } from "../quality/drift/reference.ts";
import { createReferenceBuilder } from "../quality/drift/reference-builder.ts";
import { watchColumns } from "../quality/drift/watched-column.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Console } from "./console.ts";
import { type FileRow, type ReadRow, readRows } from "./row-file.ts";

/** What came of the rows of a file. */
export interface BuiltReference {
  readonly reference: Reference;
  /** The columns of the file that are no features. */
  readonly passedOver: readonly string[];
}

const batchSize = 100;

/**
 * Runs a version over the rows of a file, and makes the reference of them and
 * its answers. Rejects with an Error that names each row and column that the
 * version does not take.
 */
export async function readTrainingRows(
  loaded: LoadedVersion,
  path: string,
  console: Console,
): Promise<BuiltReference> {
  const { signature, codec, batcher } = loaded;
  const columns = watchColumns(signature);
  if (columns.length === 0) {
    throw new Error("the model has no single-valued feature or answer, so nothing can drift");
  }
  const builder = createReferenceBuilder(columns, Number.POSITIVE_INFINITY);
  const names = new Set(signature.features.map(({ name }) => name));
  const passedOver = new Set<string>();
  const bar = console.isTerminal ? createBar() : undefined;
  const size = Math.min(batchSize, signature.maxRows);
  let batch: ReadRow[] = [];
  let rowCount = 0;

  const take = async (): Promise<void> => {
    const rows = batch.map(({ row }) => pickFeatures(row, names, passedOver));
    try {
      const feeds = codec.encode({ kind: "rows", rows });
      const call = {
        feeds,
        outputs: codec.selectOutputs([]),
        signal: new AbortController().signal,
        deadline: Number.POSITIVE_INFINITY,
      };
      const outputs = await promiseReply<readonly Tensor[]>((reply) => batcher.run(call, reply));
      builder.takeAll(feeds, outputs);
    } catch (error) {
      throw refusal(error, path, batch);
    }
    rowCount += batch.length;
    bar?.update(Math.floor((batch.at(-1)?.progress ?? 0) * wholeBar), { rows: rowCount });
    batch = [];
  };

  try {
    for await (const read of readRows(path, signature.features)) {
      batch.push(read);
      if (batch.length === size) await take();
    }
    if (batch.length > 0) await take();
  } finally {
    bar?.stop();
  }
  if (rowCount === 0) throw new Error(`${path}: expected rows, got none`);
  return { reference: builder.finish(), passedOver: [...passedOver] };
}

/** Leaves out what is no feature: training files hold the truth, too. */
function pickFeatures(row: FileRow, names: ReadonlySet<string>, passedOver: Set<string>): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read from JSON and CSV is a value
  const value = row as Value;
  if (!isValueObject(value)) return value;
  const entries = Object.entries(value);
  for (const [name] of entries) if (!names.has(name)) passedOver.add(name);
  return Object.fromEntries(entries.filter(([name]) => names.has(name)));
}

const rowField = /^rows\[(\d+)\](?:\.(.*))?$/;

/** Says which rows of the file, and which columns of them, the model does not take. */
function refusal(error: unknown, path: string, batch: readonly ReadRow[]): unknown {
  const [first, last] = [batch[0]?.number, batch.at(-1)?.number];
  if (!(error instanceof ServingError) || first === undefined) return error;
  if (error.violations.length === 0)
    return new Error(`${path}, rows ${first} to ${last}: ${error.message}`, { cause: error });
  const lines = error.violations.map(({ field, description }) => {
    const [, index = "", column] = rowField.exec(field) ?? [];
    const row = batch[Number(index)]?.number ?? first;
    return `  row ${row}${column === undefined ? "" : `, ${column}`}: ${description}`;
  });
  const more = error.violationsLeftOut > 0 ? [`  and ${error.violationsLeftOut} more`] : [];
  return new Error(
    [`${path} has rows that the model does not take:`, ...lines, ...more].join("\n"),
  );
}

const wholeBar = 100;

function createBar(): SingleBar {
  const format = "reading {bar} {percentage}% | {rows} rows | {duration_formatted}";
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(wholeBar, 0, { rows: 0 });
  return bar;
}
