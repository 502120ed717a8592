import { eventsOfStep, type ForgetStep, forgetAll } from "../forget-step.ts";
import type { FeedbackStore, RetentionBounds } from "../store.ts";
import type { PostgresConnection, Query } from "./connection.ts";
import { lockState, type StateRow } from "./state.ts";

// What no snapshot sums up yet is not forgotten.
const summedUp = "sequence <= coalesce((SELECT sequence FROM presage_snapshot), 0)";

/** Makes what forgets in a database. */
export function createPostgresRetention({
  transact,
}: PostgresConnection): Pick<FeedbackStore, "forget"> {
  return {
    forget: (bounds) => forgetAll(() => transact((query) => forgetSome(query, bounds))),
  };
}

async function forgetSome(query: Query, bounds: RetentionBounds): Promise<ForgetStep> {
  const before = await watermark(query, await lockState(query), bounds);
  const deleted = await query<{ sequence: number; superseded: boolean }>(
    `DELETE FROM presage_events WHERE sequence IN (
       SELECT sequence FROM presage_events WHERE predicted_at < $1 AND ${summedUp}
       ORDER BY predicted_at LIMIT $2)
     RETURNING sequence, superseded`,
    [before, eventsOfStep],
  );
  const rows = deleted.filter(({ superseded }) => !superseded).length;
  const last = deleted.reduce((most, { sequence }) => Math.max(most, sequence), 0);
  await query(
    `UPDATE presage_state SET forgotten_before = $1, rows = rows - $2,
       forgotten_sequence = greatest(forgotten_sequence, $3)`,
    [before, rows, last],
  );
  await forgetRecords(query, bounds.predictedBefore);
  return { rows, more: deleted.length === eventsOfStep };
}

/** The time before which predictions are forgotten: of rows that are too many, as many as one step takes. */
async function watermark(
  query: Query,
  state: StateRow,
  { predictedBefore, maxRows }: RetentionBounds,
): Promise<number> {
  const tooMany = Math.min(state.rows - maxRows, eventsOfStep);
  const [oldest] =
    tooMany > 0
      ? await query<{ last: number | null }>(
          `SELECT max(predicted_at) AS last FROM (
             SELECT predicted_at FROM presage_events WHERE NOT superseded AND ${summedUp}
             ORDER BY predicted_at LIMIT $1) AS oldest`,
          [tooMany],
        )
      : [];
  return Math.max(state.forgotten_before, predictedBefore, (oldest?.last ?? -1) + 1);
}

async function forgetRecords(query: Query, before: number): Promise<void> {
  await query(
    `WITH old AS (
       DELETE FROM presage_predictions WHERE from_time > 0 AND from_time < $1 RETURNING slice, rows
     )
     INSERT INTO presage_predictions AS kept (from_time, slice, rows)
     SELECT 0, slice, sum(rows) FROM old GROUP BY slice ORDER BY slice
     ON CONFLICT (from_time, slice) DO UPDATE SET rows = kept.rows + excluded.rows`,
    [before],
  );
  await query("DELETE FROM presage_sketches WHERE from_time < $1", [before]);
}
