import type { FeedbackStore, StoredSketch } from "../store.ts";
import type { PostgresConnection } from "./connection.ts";
import type { PostgresSlices } from "./slices.ts";

/** What is kept beside the events. */
export type PostgresRecords = Pick<
  FeedbackStore,
  | "addPredictions"
  | "readPredictions"
  | "putSketch"
  | "readSketches"
  | "keepDocument"
  | "readDocument"
>;

/** Makes the tables of predictions, sketches and documents of a database. */
export function createPostgresRecords(
  { query }: PostgresConnection,
  slices: PostgresSlices,
): PostgresRecords {
  return {
    async addPredictions(counts) {
      await slices.meet(counts.map(({ slice }) => slice));
      await query(
        `INSERT INTO presage_predictions AS kept (from_time, slice, rows)
         SELECT from_time, slice, sum(rows) FROM unnest($1::bigint[], $2::int[], $3::bigint[])
           AS added(from_time, slice, rows)
         GROUP BY from_time, slice
         -- In one order, so that servers do not wait for each other in a circle.
         ORDER BY from_time, slice
         ON CONFLICT (from_time, slice) DO UPDATE SET rows = kept.rows + excluded.rows`,
        [
          counts.map(({ from }) => from),
          counts.map(({ slice }) => slices.numberOf(slice)),
          counts.map(({ rows }) => rows),
        ],
      );
    },

    async readPredictions(model, since = 0) {
      const rows = await query<{ slice: number; rows: number }>(
        `SELECT slice, sum(rows)::bigint AS rows FROM presage_predictions
         WHERE from_time >= $1 AND slice IN (SELECT id FROM presage_slices WHERE model = $2)
         GROUP BY slice ORDER BY slice`,
        [since, model],
      );
      await slices.meetNumbers(rows.map(({ slice }) => slice));
      return rows.map((row) => ({ slice: slices.sliceOf(row.slice), rows: row.rows }));
    },

    async putSketch({ model, version, from, writer, text }) {
      await query(
        `INSERT INTO presage_sketches (model, version, from_time, writer, text)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (model, version, from_time, writer) DO UPDATE SET text = excluded.text`,
        [model, version, from, writer, text],
      );
    },

    readSketches: (model, version, since) =>
      query<StoredSketch>(
        `SELECT model, version, from_time AS "from", writer, text FROM presage_sketches
         WHERE model = $1 AND version = $2 AND from_time >= $3
         ORDER BY from_time, writer COLLATE "C"`,
        [model, version, since],
      ),

    async keepDocument(kind, name, text) {
      await query(
        "INSERT INTO presage_documents (kind, name, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [kind, name, text],
      );
      // Read by a statement of its own, which sees what another has kept meanwhile.
      return (await readDocument(kind, name)) ?? text;
    },
    readDocument,
  };

  async function readDocument(kind: string, name: string): Promise<string | undefined> {
    const [document] = await query<{ text: string }>(
      "SELECT text FROM presage_documents WHERE kind = $1 AND name = $2",
      [kind, name],
    );
    return document?.text;
  }
}
