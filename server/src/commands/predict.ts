import {
  createClient,
  isPresageError,
  type ModelInfo,
  type PresageClient,
} from "@presage/sdk/node";
import { Presets, SingleBar } from "cli-progress";
import type { Console, ExitCode } from "./console.ts";
import { type FileRow, isRow, type ReadRow, readRows } from "./row-file.ts";

/** What `presage predict` is run with. */
export interface PredictCall {
  readonly model: string;
  readonly url: string;
  /** The version or alias; undefined for the one that routing picks. */
  readonly version: string | undefined;
  /** One row, in JSON. Either this or `file`. */
  readonly row: string | undefined;
  /** A file of rows. */
  readonly file: string | undefined;
  /** The number of rows of one request. */
  readonly batchSize: number;
  /** Writes whole answers instead of rows. */
  readonly json: boolean;
  readonly console: Console;
}

/** Predicts one row, or the rows of a file, and writes one line of JSON for each. */
export async function predict(call: PredictCall): Promise<ExitCode> {
  const { console } = call;
  if ((call.row === undefined) === (call.file === undefined)) {
    console.err("expected either --row '{…}' or --file rows.{json,ndjson,csv}");
    return 2;
  }
  const client = createClient({ baseUrl: call.url });
  if (call.row !== undefined) {
    const row = parseRow(call.row);
    if (row === undefined) {
      console.err("--row: expected a JSON object of features, or a list of their values");
      return 2;
    }
    await predictBatch(client, call, [row]);
  } else if (call.file !== undefined) await predictFile(client, call, call.file);
  return 0;
}

function parseRow(text: string): FileRow | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function predictFile(client: PresageClient, call: PredictCall, path: string): Promise<void> {
  const features = featuresOf(await client.model(call.model), call.version);
  const bar = call.console.isTerminal ? createBar() : undefined;
  let batch: ReadRow[] = [];
  const flush = async (): Promise<void> => {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    try {
      await predictBatch(
        client,
        call,
        batch.map(({ row }) => row),
      );
    } catch (error) {
      const place = `rows ${first.number} to ${last.number} of ${path}, which are rows[0] and on`;
      if (!isPresageError(error) || error.violations.length === 0) throw error;
      throw new Error(`the server refused ${place}:`, { cause: error });
    }
    bar?.update(Math.floor(last.progress * wholeBar), { rows: last.number });
    batch = [];
  };
  try {
    for await (const read of readRows(path, features)) {
      batch.push(read);
      if (batch.length === call.batchSize) await flush();
    }
    await flush();
  } finally {
    bar?.stop();
  }
}

const wholeBar = 100;

function createBar(): SingleBar {
  const format = "predicting {bar} {percentage}% | {rows} rows | {duration_formatted}";
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(wholeBar, 0, { rows: 0 });
  return bar;
}

/** The features of the version asked for, or of the highest one that has a signature. */
function featuresOf({ versions, aliases }: ModelInfo, version = "stable"): SignatureFeatures {
  const number = aliases[version] ?? version;
  const named = versions.find((each) => each.version === number);
  const known = named ?? versions.findLast((each) => each.signature !== undefined);
  return known?.signature?.features ?? [];
}

type SignatureFeatures = NonNullable<ModelInfo["versions"][number]["signature"]>["features"];

async function predictBatch(
  client: PresageClient,
  { model, version, json, console }: PredictCall,
  rows: readonly FileRow[],
): Promise<void> {
  const prediction = await client.predict(model, rows, { version });
  if (json) console.out(JSON.stringify(prediction));
  else for (const row of prediction.rows) console.out(JSON.stringify(row));
}
