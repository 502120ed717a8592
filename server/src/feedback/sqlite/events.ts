import type { FeedbackEvent, RowOutcome, RowReport } from "../../core/feedback.ts";
import { type EventRow, eventColumns, toColumns, toEvent, toKnownRow } from "../event-row.ts";
import { type KnownRow, settleReports } from "../settle.ts";
import type { EventPage, RowPage, RowQuery, Snapshot } from "../store.ts";
import { readAll, type SqliteConnection } from "./connection.ts";
import type { SqliteSlices } from "./slices.ts";
import { createStateReader } from "./state.ts";

/** The log of events. */
export interface SqliteEvents {
  commit(reports: readonly RowReport[]): readonly RowOutcome[];
  readEvents(after: number, limit: number): EventPage;
  /**
   * Reads a page of rows, but looks at a bounded number of events for it: while
   * `next` is given there may be more, however few the rows are.
   */
  scanRows(query: RowQuery): RowPage;
  readSnapshot(): Snapshot | undefined;
  saveSnapshot(snapshot: Snapshot): void;
}

/** How many events are looked at in one go: it takes some milliseconds. */
const scanSpan = 20_000;

const columns = eventColumns.join(", ");

/** Makes the log of events of a database. */
export function createSqliteEvents(
  connection: SqliteConnection,
  slices: SqliteSlices,
): SqliteEvents {
  const readState = createStateReader(connection);
  const known = connection.prepare(
    `SELECT sequence, truth, reward, reported_at FROM events
     WHERE prediction = $prediction AND row = $row AND superseded = 0`,
  );
  const supersede = connection.prepare("UPDATE events SET superseded = 1 WHERE sequence = ?");
  const insert = connection.prepare(
    `INSERT INTO events (${columns}, superseded) VALUES (${"?, ".repeat(eventColumns.length)}?)`,
  );
  const advance = connection.prepare("UPDATE state SET sequence = sequence + ?, rows = rows + ?");
  const eventsAfter = connection.prepare(
    `SELECT ${columns} FROM events WHERE sequence > $after ORDER BY sequence LIMIT $limit`,
  );
  const snapshot = connection.prepare("SELECT sequence, text FROM snapshot");
  const saveSnapshot = connection.prepare(
    `INSERT INTO snapshot (id, sequence, text) VALUES (1, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = excluded.sequence, text = excluded.text
     WHERE excluded.sequence >= snapshot.sequence`,
  );
  const ends = connection.prepare(
    "SELECT (SELECT min(sequence) FROM events) AS first, (SELECT max(sequence) FROM events) AS last",
  );
  const rowsBefore = connection.prepare(
    `SELECT ${columns} FROM events
     WHERE sequence >= $from AND sequence < $before AND superseded = 0 AND reported_at >= $since
       AND slice IN (
         SELECT id FROM slices
         WHERE ($model IS NULL OR model = $model) AND ($version IS NULL OR version = $version))
     ORDER BY sequence DESC LIMIT $limit`,
  );

  const findKnown = ({ prediction, row }: RowReport): KnownRow | undefined => {
    const [found] = readAll<EventRow>(known, { prediction, row });
    return found && toKnownRow(found);
  };
  const toEvents = (rows: readonly EventRow[]): FeedbackEvent[] =>
    rows.map((row) => toEvent(row, slices.sliceOf(row.slice)));
  const readSnapshot = (): Snapshot | undefined => {
    const [row] = readAll<Snapshot>(snapshot, {});
    return row && { sequence: row.sequence, text: row.text };
  };

  return {
    commit(reports) {
      slices.meet(reports.map(({ slice }) => slice));
      return connection.transact(() => {
        const { sequence, forgotten_before: forgottenBefore } = readState();
        const { outcomes, events, superseded, newRows } = settleReports(
          reports,
          { sequence, forgottenBefore },
          findKnown,
        );
        for (const place of superseded) supersede.run(place);
        for (const event of events) {
          const values = toColumns(event, slices.numberOf(event.slice));
          insert.run(...values, event.superseded ? 1 : 0);
        }
        if (events.length > 0) advance.run(events.length, newRows);
        return outcomes;
      });
    },

    readEvents(after, limit) {
      // Events first: if some are forgotten after they were read, it shows.
      const rows = readAll<EventRow>(eventsAfter, { after, limit });
      const sum = after < readState().forgotten_sequence ? readSnapshot() : undefined;
      if (sum !== undefined) return { kind: "snapshot", snapshot: sum };
      return { kind: "events", events: toEvents(rows) };
    },

    scanRows({ model = null, version = null, since, before, limit }) {
      const [end] = readAll<{ first: number | null; last: number | null }>(ends, {});
      const first = end?.first ?? 0;
      const start = Math.min(before, (end?.last ?? 0) + 1);
      const from = start - scanSpan;
      const found = readAll<EventRow>(rowsBefore, {
        from,
        before: start,
        since,
        model,
        version,
        limit,
      });
      const rows = toEvents(found);
      if (found.length === limit) return { rows, next: rows.at(-1)?.sequence };
      return { rows, next: from > first ? from : undefined };
    },

    readSnapshot,
    saveSnapshot({ sequence, text }) {
      connection.transact(() => saveSnapshot.run(sequence, text));
    },
  };
}
