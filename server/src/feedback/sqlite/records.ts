import type { DocumentKind, PredictionCount, SliceCount, StoredSketch } from "../store.ts";
import { readAll, type SqliteConnection } from "./connection.ts";
import type { SqliteSlices } from "./slices.ts";

/** What is kept beside the events. */
export interface SqliteRecords {
  addPredictions(counts: readonly PredictionCount[]): void;
  readPredictions(model: string, since: number): readonly SliceCount[];
  putSketch(sketch: StoredSketch): void;
  readSketches(model: string, version: string, since: number): readonly StoredSketch[];
  keepDocument(kind: DocumentKind, name: string, text: string): string;
  readDocument(kind: DocumentKind, name: string): string | undefined;
}

/** Makes the tables of predictions, sketches and documents of a database. */
export function createSqliteRecords(
  connection: SqliteConnection,
  slices: SqliteSlices,
): SqliteRecords {
  const addPredictions = connection.prepare(
    `INSERT INTO predictions (from_time, slice, rows) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET rows = rows + excluded.rows`,
  );
  const predictions = connection.prepare(
    `SELECT slice, sum(rows) AS rows FROM predictions
     WHERE from_time >= $since AND slice IN (SELECT id FROM slices WHERE model = $model)
     GROUP BY slice ORDER BY slice`,
  );
  const putSketch = connection.prepare(
    `INSERT INTO sketches (model, version, from_time, writer, text) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET text = excluded.text`,
  );
  const sketches = connection.prepare(
    `SELECT from_time AS "from", writer, text FROM sketches
     WHERE model = $model AND version = $version AND from_time >= $since
     ORDER BY from_time, writer`,
  );
  const keepDocument = connection.prepare(
    "INSERT INTO documents (kind, name, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const document = connection.prepare(
    "SELECT text FROM documents WHERE kind = $kind AND name = $name",
  );
  const readDocument = (kind: DocumentKind, name: string): string | undefined =>
    readAll<{ readonly text: string }>(document, { kind, name })[0]?.text;

  return {
    addPredictions(counts) {
      slices.meet(counts.map(({ slice }) => slice));
      connection.transact(() => {
        for (const { slice, from, rows } of counts)
          addPredictions.run(from, slices.numberOf(slice), rows);
      });
    },
    readPredictions(model, since) {
      const rows = readAll<{ slice: number; rows: number }>(predictions, { model, since });
      return rows.map((row) => ({ slice: slices.sliceOf(row.slice), rows: row.rows }));
    },
    putSketch({ model, version, from, writer, text }) {
      connection.transact(() => putSketch.run(model, version, from, writer, text));
    },
    readSketches(model, version, since) {
      const rows = readAll<StoredSketch>(sketches, { model, version, since });
      return rows.map(({ from, writer, text }) => ({ model, version, from, writer, text }));
    },
    keepDocument(kind, name, text) {
      const kept = readDocument(kind, name);
      if (kept !== undefined) return kept;
      return connection.transact(() => {
        keepDocument.run(kind, name, text);
        return readDocument(kind, name) ?? text;
      });
    },
    readDocument,
  };
}
