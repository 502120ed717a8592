import { eventsOfStep, type ForgetStep } from "../forget-step.ts";
import type { RetentionBounds } from "../store.ts";
import { readAll, type SqliteConnection } from "./connection.ts";
import { createStateReader, type StateRow } from "./state.ts";

/** Forgets what is too old, or too much. */
export interface SqliteRetention {
  forgetSome(bounds: RetentionBounds): ForgetStep;
}

/** Makes what forgets in a database. */
export function createSqliteRetention(connection: SqliteConnection): SqliteRetention {
  const readState = createStateReader(connection);
  // What no snapshot sums up yet is not forgotten.
  const summedUp = "sequence <= coalesce((SELECT sequence FROM snapshot), 0)";
  const oldest = connection.prepare(
    `SELECT max(predicted_at) AS last FROM (
       SELECT predicted_at FROM events INDEXED BY events_predicted
       WHERE superseded = 0 AND ${summedUp}
       ORDER BY predicted_at LIMIT $tooMany)`,
  );
  const deleteEvents = connection.prepare(
    `DELETE FROM events WHERE sequence IN (
       SELECT sequence FROM events INDEXED BY events_predicted
       WHERE predicted_at < $before AND ${summedUp}
       LIMIT $limit)
     RETURNING sequence, superseded`,
  );
  const saveState = connection.prepare(
    `UPDATE state SET forgotten_before = ?, rows = rows - ?,
       forgotten_sequence = max(forgotten_sequence, ?)`,
  );
  const sumPredictions = connection.prepare(
    `INSERT INTO predictions (from_time, slice, rows)
     SELECT 0, slice, sum(rows) FROM predictions WHERE from_time > 0 AND from_time < ? GROUP BY slice
     ON CONFLICT DO UPDATE SET rows = rows + excluded.rows`,
  );
  const deletePredictions = connection.prepare(
    "DELETE FROM predictions WHERE from_time > 0 AND from_time < ?",
  );
  const deleteSketches = connection.prepare("DELETE FROM sketches WHERE from_time < ?");

  /** The time before which predictions are forgotten: of rows that are too many, as many as one step takes. */
  const watermark = (state: StateRow, { predictedBefore, maxRows }: RetentionBounds): number => {
    const tooMany = Math.min(state.rows - maxRows, eventsOfStep);
    const [oldestRows] = tooMany > 0 ? readAll<{ last: number | null }>(oldest, { tooMany }) : [];
    return Math.max(state.forgotten_before, predictedBefore, (oldestRows?.last ?? -1) + 1);
  };

  return {
    forgetSome(bounds) {
      return connection.transact(() => {
        const before = watermark(readState(), bounds);
        const deleted = readAll<{ sequence: number; superseded: number }>(deleteEvents, {
          before,
          limit: eventsOfStep,
        });
        const rows = deleted.filter(({ superseded }) => superseded === 0).length;
        const last = deleted.reduce((most, { sequence }) => Math.max(most, sequence), 0);
        saveState.run(before, rows, last);
        sumPredictions.run(bounds.predictedBefore);
        deletePredictions.run(bounds.predictedBefore);
        deleteSketches.run(bounds.predictedBefore);
        return { rows, more: deleted.length === eventsOfStep };
      });
    },
  };
}
