import type { FeedbackEvent, RowOutcome, RowReport } from "../../core/feedback.ts";
import {
  type EventRow,
  eventColumns,
  toColumns,
  toEvent,
  toKnownRow,
  toRowPage,
} from "../event-row.ts";
import { type KnownRow, type NewEvent, settleReports } from "../settle.ts";
import type { FeedbackStore } from "../store.ts";
import type { PostgresConnection, Query } from "./connection.ts";
import type { PostgresSlices } from "./slices.ts";
import { lockState } from "./state.ts";

/** The log of events. */
export type PostgresEvents = Pick<
  FeedbackStore,
  "commit" | "readEvents" | "readRows" | "readSnapshot" | "saveSnapshot"
>;

const columns = eventColumns.join(", ");

/** The types of the columns, and of whether an event is superseded, in their order. */
const columnTypes = [
  "bigint",
  "bytea",
  "int",
  "int",
  "bigint",
  "bigint",
  "double precision",
  "bytea",
  "double precision",
  "double precision",
  "bigint",
  "double precision",
  "double precision",
  "boolean",
];

/** Keeps events and counts them, in one statement. */
const keepEvents = `
  WITH kept AS (
    INSERT INTO presage_events (${columns}, superseded)
    SELECT * FROM unnest(${columnTypes.map((type, index) => `$${index + 1}::${type}[]`).join(", ")})
  )
  UPDATE presage_state SET sequence = sequence + $15, rows = rows + $16`;

/** Finds what is known of each of many rows by the index, whatever the planner believes. */
const findRows = `
  SELECT place::int, sequence, truth, reward, reported_at
  FROM unnest($1::bytea[], $2::int[]) WITH ORDINALITY AS wanted(prediction, row, place)
  CROSS JOIN LATERAL (
    SELECT sequence, truth, reward, reported_at FROM presage_events AS event
    WHERE event.prediction = wanted.prediction AND event.row = wanted.row AND NOT superseded
    LIMIT 1
  ) AS known`;

/** Makes the log of events of a database. */
export function createPostgresEvents(
  { query, transact }: PostgresConnection,
  slices: PostgresSlices,
): PostgresEvents {
  const toEvents = async (rows: readonly EventRow[]): Promise<FeedbackEvent[]> => {
    await slices.meetNumbers(rows.map(({ slice }) => slice));
    return rows.map((row) => toEvent(row, slices.sliceOf(row.slice)));
  };

  const layOut = (event: NewEvent): readonly unknown[] => [
    ...toColumns(event, slices.numberOf(event.slice)),
    event.superseded,
  ];

  const commitLocked = async (
    run: Query,
    reports: readonly RowReport[],
  ): Promise<readonly RowOutcome[]> => {
    const { sequence, forgotten_before: forgottenBefore } = await lockState(run);
    const known = await findKnown(run, reports);
    const { outcomes, events, superseded, newRows } = settleReports(
      reports,
      { sequence, forgottenBefore },
      (_, index) => known.get(index),
    );
    // Before the new ones come, as a row has one event that holds.
    if (superseded.length > 0)
      await run("UPDATE presage_events SET superseded = true WHERE sequence = ANY($1::bigint[])", [
        superseded,
      ]);
    if (events.length > 0) {
      const laidOut = events.map(layOut);
      const byColumn = columnTypes.map((_, column) => laidOut.map((values) => values[column]));
      await run(keepEvents, [...byColumn, events.length, newRows]);
    }
    return outcomes;
  };

  return {
    async commit(reports) {
      await slices.meet(reports.map(({ slice }) => slice));
      return transact((run) => commitLocked(run, reports));
    },

    async readEvents(after, limit) {
      const rows = await query<EventRow>(
        `SELECT ${columns} FROM presage_events WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
        [after, limit],
      );
      // Asked afterwards: if some were forgotten before they were read, it shows.
      const [snapshot] = await query<{ sequence: number; text: string }>(
        `SELECT snapshot.sequence, snapshot.text FROM presage_state, presage_snapshot AS snapshot
         WHERE forgotten_sequence > $1`,
        [after],
      );
      if (snapshot !== undefined) return { kind: "snapshot", snapshot };
      return { kind: "events", events: await toEvents(rows) };
    },

    async readRows({ model = null, version = null, since, before, limit }) {
      const rows = await query<EventRow>(
        `SELECT ${columns} FROM presage_events
         WHERE sequence < $1 AND NOT superseded AND reported_at >= $2
           AND slice IN (
             SELECT id FROM presage_slices
             WHERE ($3::text IS NULL OR model = $3) AND ($4::text IS NULL OR version = $4))
         ORDER BY sequence DESC LIMIT $5`,
        // One row more than is asked for tells whether there is a page after this.
        [Math.min(before, Number.MAX_SAFE_INTEGER), since, model, version, limit + 1],
      );
      return toRowPage(await toEvents(rows), limit);
    },

    async readSnapshot() {
      const [snapshot] = await query<{ sequence: number; text: string }>(
        "SELECT sequence, text FROM presage_snapshot",
      );
      return snapshot;
    },
    async saveSnapshot({ sequence, text }) {
      await query(
        `INSERT INTO presage_snapshot AS kept (id, sequence, text) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, text = excluded.text
         WHERE excluded.sequence >= kept.sequence`,
        [sequence, text],
      );
    },
  };
}

/** Finds what is known of the rows of reports, by the index of the report. */
async function findKnown(
  run: Query,
  reports: readonly RowReport[],
): Promise<ReadonlyMap<number, KnownRow>> {
  const rows = await run<EventRow & { readonly place: number }>(findRows, [
    reports.map(({ prediction }) => prediction),
    reports.map(({ row }) => row),
  ]);
  return new Map(rows.map((row) => [row.place - 1, toKnownRow(row)]));
}
