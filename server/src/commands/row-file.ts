import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import type { FeatureInfo } from "@presage/sdk/node";
import { parse } from "csv-parse";

/** A row of a file, as the SDK takes it. */
export type FileRow = Readonly<Record<string, unknown>> | readonly unknown[];

/** What is needed of a feature to read its cells. */
export type ReadFeature = Pick<FeatureInfo, "name" | "dataType">;

/** A row, with how much of the file has been read up to it. */
export interface ReadRow {
  readonly row: FileRow;
  /** The number of the row, from 1. */
  readonly number: number;
  /** The share of the file that is read, from 0 to 1. */
  readonly progress: number;
}

/**
 * Reads the rows of a file, one at a time: `.json` (a list of rows), `.ndjson`
 * or `.jsonl` (a row a line), or `.csv` (a header of feature names; cells are
 * read by the types of the features, and empty ones are left out).
 */
export async function* readRows(
  path: string,
  features: readonly ReadFeature[],
): AsyncGenerator<ReadRow> {
  const extension = extname(path).toLowerCase();
  switch (extension) {
    case ".json":
      yield* readJson(path);
      return;
    case ".ndjson":
    case ".jsonl":
      yield* readLines(path);
      return;
    case ".csv":
      yield* readCsv(path, features);
      return;
    default:
      throw new Error(`${path}: expected a file that ends in .json, .ndjson, .jsonl or .csv`);
  }
}

async function* readJson(path: string): AsyncGenerator<ReadRow> {
  const rows = parseJson(await readFile(path, "utf8"), path);
  if (!Array.isArray(rows)) throw new Error(`${path}: expected a list of rows`);
  for (const [index, row] of rows.entries()) {
    yield {
      row: asRow(row, path, index + 1),
      number: index + 1,
      progress: (index + 1) / rows.length,
    };
  }
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${place}: not JSON`, { cause: error });
  }
}

async function* readLines(path: string): AsyncGenerator<ReadRow> {
  const { size } = await stat(path);
  const stream = createReadStream(path);
  let number = 0;
  for await (const line of createInterface({
    input: stream,
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === "") continue;
    const row = parseJson(line, `${path}, line ${number}`);
    yield { row: asRow(row, path, number), number, progress: stream.bytesRead / size };
  }
}

async function* readCsv(path: string, features: readonly ReadFeature[]): AsyncGenerator<ReadRow> {
  const { size } = await stat(path);
  const types = new Map(features.map((feature) => [feature.name, feature.dataType]));
  const stream = createReadStream(path);
  const records = stream.pipe(
    parse({ columns: true, bom: true, trim: true, skip_empty_lines: true }),
  );
  let number = 0;
  for await (const record of records as AsyncIterable<Record<string, string>>) {
    number += 1;
    const cells = Object.entries(record).filter(([, cell]) => cell !== "");
    const row = Object.fromEntries(
      cells.map(([name, cell]) => [name, readCell(cell, types.get(name))]),
    );
    yield { row, number, progress: stream.bytesRead / size };
  }
}

/** Reads a cell by the type of its feature; what does not fit is left for the server to refuse. */
function readCell(cell: string, type: FeatureInfo["dataType"]): unknown {
  if (type === undefined || type === "STRING") return cell;
  if (type === "BOOL") {
    if (/^(true|1)$/i.test(cell)) return true;
    return /^(false|0)$/i.test(cell) ? false : cell;
  }
  const number = Number(cell);
  const exact = !Number.isInteger(number) || Number.isSafeInteger(number);
  return Number.isNaN(number) || !exact ? cell : number;
}

function asRow(value: unknown, path: string, number: number): FileRow {
  if (isRow(value)) return value;
  throw new Error(`${path}, row ${number}: expected an object or a list`);
}

/** Tells whether a value can be a row: an object of features or a list of their values. */
export function isRow(value: unknown): value is FileRow {
  return typeof value === "object" && value !== null;
}
